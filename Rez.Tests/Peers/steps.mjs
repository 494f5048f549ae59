// A run of named steps: prints each, ends the process with 1 at the first that fails.
export function assert(condition, what) {
  if (!condition) throw new Error(what);
}

export async function run(name, steps) {
  for (const [step, action] of steps) {
    try {
      const told = await action();
      console.log(`ok ${name}: ${step}${told ? ` (${told})` : ""}`);
    } catch (e) {
      console.log(`FAILED ${name}: ${step}: ${e?.message ?? e}`);
      process.exit(1);
    }
  }
  console.log(`${name}: ${steps.length} steps passed`);
  process.exit(0);
}

export async function eventually(what, look) {
  for (let i = 0; i < 200; i++) {
    const found = await look();
    if (found) return found;
    await new Promise((r) => setTimeout(r, 50));
  }
  throw new Error(`never: ${what}`);
}

export async function refused(action, words) {
  try {
    await action();
  } catch (e) {
    assert(String(e?.message ?? e).includes(words), `expected '${words}', got '${e?.message ?? e}'`);
    return;
  }
  throw new Error(`was not refused: ${words}`);
}
