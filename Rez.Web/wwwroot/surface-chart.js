// A surface in 3D (ECharts-GL): parameter × parameter → metric, or asset × time → exposure. Where the library or WebGL is missing, create() says so and the page keeps its flat view.
let library;

function load(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = new URL(`./lib/${name}`, import.meta.url).href;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${name} is missing`));
    document.head.append(script);
  });
}

function canDraw() {
  const canvas = document.createElement('canvas');
  return Boolean(canvas.getContext('webgl2') ?? canvas.getContext('webgl'));
}

function palette() {
  const style = getComputedStyle(document.documentElement);
  const of = name => style.getPropertyValue(name).trim();
  return { text: of('--text'), dim: of('--dim'), line: of('--line'), card: of('--card'), down: of('--down'), warn: of('--warn'), up: of('--up'), accent: of('--accent') };
}

/** @param {HTMLElement} element */
export async function create(element) {
  if (!canDraw()) {
    throw new Error('this browser has no WebGL');
  }
  library ??= (async () => {
    await load('echarts.min.js');
    await load('echarts-gl.min.js');
    return globalThis.echarts;
  })();
  const echarts = await library;
  const chart = echarts.init(element, null, { renderer: 'canvas' });
  const resized = new ResizeObserver(() => chart.resize());
  resized.observe(element);
  return {
    /**
     * @param {{kind:'surface'|'bars',x:string,y:string,z:string,xs:string[],ys:string[],values:(number|null)[][]}} view values row by row: [y][x]
     */
    set(view) {
      const p = palette();
      const data = view.values.flatMap((row, y) => row.map((value, x) => [x, y, value ?? '-']));
      const known = data.map(d => d[2]).filter(Number.isFinite);
      const axis = (name, data) => ({
        type: 'category', name, data,
        nameTextStyle: { color: p.text }, axisLabel: { color: p.dim }, axisLine: { lineStyle: { color: p.line } }, splitLine: { lineStyle: { color: p.line } },
      });
      chart.setOption({
        backgroundColor: 'transparent',
        tooltip: { formatter: d => `${view.x} ${view.xs[d.value[0]]}, ${view.y} ${view.ys[d.value[1]]}: ${view.z} ${d.value[2]}` },
        visualMap: { show: element.clientWidth >= 500, min: Math.min(...known), max: Math.max(...known), calculable: false, textStyle: { color: p.dim }, inRange: { color: view.kind === 'bars' ? [p.line, p.warn, p.down] : [p.down, p.warn, p.up] }, left: 0, bottom: 0, itemHeight: 90 },
        xAxis3D: axis(view.x, view.xs),
        yAxis3D: axis(view.y, view.ys),
        zAxis3D: { ...axis(view.z, undefined), type: 'value' },
        grid3D: { boxWidth: 100, boxDepth: 100, boxHeight: 60, viewControl: { distance: element.clientWidth < 500 ? 240 : 180, alpha: 25, beta: 35, autoRotate: false }, light: { main: { intensity: 1.1 }, ambient: { intensity: 0.5 } }, axisPointer: { show: false } },
        series: view.kind === 'bars'
          ? [{ type: 'bar3D', data, shading: 'lambert', bevelSize: 0.15 }]
          : [{ type: 'surface', data, dataShape: [view.ys.length, view.xs.length], shading: 'lambert', wireframe: { lineStyle: { color: p.line } } }],
      }, true);
    },
    dispose() {
      resized.disconnect();
      chart.dispose();
    },
  };
}
