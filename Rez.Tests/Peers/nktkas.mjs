// @nktkas/hyperliquid on rez sim: node nktkas.mjs http://127.0.0.1:4001 PRIVATE_KEY
import { ExchangeClient, HttpTransport, InfoClient, SubscriptionClient, WebSocketTransport } from "@nktkas/hyperliquid";
import { privateKeyToAccount } from "viem/accounts";
import { WebSocket } from "ws";
import { assert, eventually, refused, run } from "./steps.mjs";

// Node before 22 has no socket of its own.
globalThis.WebSocket ??= WebSocket;

const [url, key] = process.argv.slice(2);
const transport = new HttpTransport({ isTestnet: true, apiUrl: url });
const socket = new WebSocketTransport({ isTestnet: true, url: url.replace("http", "ws") + "/ws" });
const wallet = privateKeyToAccount(key);
const info = new InfoClient({ transport });
const subs = new SubscriptionClient({ transport: socket });
const exchange = new ExchangeClient({ transport, wallet });
const overSocket = new InfoClient({ transport: socket });
const user = wallet.address;

const cloid = (n) => "0xc0ffee" + n.toString(16).padStart(26, "0");
const tick = (px, digits) => String(Number(Number(px).toPrecision(5)).toFixed(digits)).replace(/\.0+$/, "");
let asset, mid, resting, seen = { bbo: 0, book: 0, mids: 0, candle: 0, orders: [], fills: [], trades: 0 };
const position = async () => (await info.clearinghouseState({ user })).assetPositions.find((p) => p.position.coin === "ETH")?.position;

await run("nktkas", [
  ["meta", async () => {
    const meta = await info.meta();
    asset = meta.universe.findIndex((u) => u.name === "ETH");
    assert(asset >= 0 && meta.universe[asset].szDecimals === 4, "ETH is missing");
    return `${meta.universe.length} coins`;
  }],
  ["mids", async () => { mid = Number((await info.allMids()).ETH); assert(mid > 0, "no mid"); return String(mid); }],
  ["book", async () => {
    const book = await info.l2Book({ coin: "ETH" });
    assert(book.levels[0].length === 20 && Number(book.levels[0][0].px) < Number(book.levels[1][0].px), "the book is crossed");
  }],
  ["candles", async () => {
    const rows = await info.candleSnapshot({ coin: "ETH", interval: "15m", startTime: Date.now() - 86400e3 });
    assert(rows.length >= 95 && rows.every((r) => Number(r.h) >= Number(r.l)), "bad candles");
    return `${rows.length} bars`;
  }],
  ["info over the socket", async () => { assert((await overSocket.meta()).universe.length > 0, "no answer"); }],
  ["subscribe", async () => {
    await subs.bbo({ coin: "ETH" }, () => seen.bbo++);
    await subs.l2Book({ coin: "ETH" }, () => seen.book++);
    await subs.allMids(() => seen.mids++);
    await subs.candle({ coin: "ETH", interval: "1m" }, () => seen.candle++);
    await subs.trades({ coin: "ETH" }, () => seen.trades++);
    await subs.orderUpdates({ user }, (u) => seen.orders.push(...u));
    await subs.userFills({ user }, (f) => seen.fills.push(...f.fills));
    await eventually("market frames", () => seen.bbo && seen.book && seen.mids && seen.candle && seen.trades);
  }],
  ["set leverage", async () => {
    await exchange.updateLeverage({ asset, isCross: true, leverage: 5 });
    await refused(() => exchange.updateLeverage({ asset, isCross: true, leverage: 50 }), "Invalid leverage value");
    const active = await info.activeAssetData({ user, coin: "ETH" });
    assert(active.leverage.value === 5, "the leverage did not stick");
  }],
  ["refused orders come back in the venue's words", async () => {
    const order = (p, s) => exchange.order({ orders: [{ a: asset, b: true, p, s, r: false, t: { limit: { tif: "Gtc" } } }], grouping: "na" });
    await refused(() => order("1000", "0.001"), "Order must have minimum value of $10");
    await refused(() => order("1000.123", "1"), "Price must be divisible by tick size");
    await refused(() => order(tick(mid * 0.9, 1), "100000"), "Insufficient margin");
  }],
  ["place a grouped order", async () => {
    const reply = await exchange.order({
      orders: [
        { a: asset, b: true, p: tick(mid * 1.03, 1), s: "1", r: false, t: { limit: { tif: "Ioc" } }, c: cloid(1) },
        { a: asset, b: false, p: tick(mid * 0.85, 1), s: "1", r: true, t: { trigger: { isMarket: true, triggerPx: tick(mid * 0.95, 1), tpsl: "sl" } }, c: cloid(2) },
        { a: asset, b: false, p: tick(mid * 1.05, 1), s: "1", r: true, t: { trigger: { isMarket: true, triggerPx: tick(mid * 1.1, 1), tpsl: "tp" } }, c: cloid(3) },
      ],
      grouping: "normalTpsl",
    });
    const [parent, ...children] = reply.response.data.statuses;
    assert(parent.filled?.totalSz === "1.0" && children.every((c) => c === "waitingForTrigger"), JSON.stringify(reply));
    return parent.filled.avgPx;
  }],
  ["the children are live", async () => {
    const open = await info.frontendOpenOrders({ user });
    assert(open.length === 2 && open.every((o) => o.isTrigger && o.reduceOnly), JSON.stringify(open));
  }],
  ["fills and order updates come over the socket", () =>
    eventually("a fill", () => seen.fills.some((f) => f.cloid === cloid(1)) && seen.orders.some((o) => o.order.cloid === cloid(1) && o.status === "filled"))],
  ["order status by cloid", async () => {
    const status = await info.orderStatus({ user, oid: cloid(1) });
    assert(status.status === "order" && status.order.status === "filled", JSON.stringify(status));
    assert((await info.orderStatus({ user, oid: cloid(99) })).status === "unknownOid", "an unknown id is known");
  }],
  ["rest, modify, cancel by cloid", async () => {
    const reply = await exchange.order({ orders: [{ a: asset, b: true, p: tick(mid * 0.8, 1), s: "0.1", r: false, t: { limit: { tif: "Alo" } }, c: cloid(4) }], grouping: "na" });
    resting = reply.response.data.statuses[0].resting.oid;
    await exchange.modify({ oid: resting, order: { a: asset, b: true, p: tick(mid * 0.81, 1), s: "0.2", r: false, t: { limit: { tif: "Alo" } }, c: cloid(4) } });
    const open = (await info.openOrders({ user })).find((o) => o.cloid === cloid(4));
    assert(open && open.oid !== resting && open.sz === "0.2", JSON.stringify(open));
    await exchange.cancelByCloid({ cancels: [{ asset, cloid: cloid(4) }] });
    assert(!(await info.openOrders({ user })).some((o) => o.cloid === cloid(4)), "still open");
    await refused(() => exchange.cancel({ cancels: [{ a: asset, o: resting }] }), "Order was never placed, already canceled, or filled");
  }],
  ["batch modify the stop", async () => {
    const reply = await exchange.batchModify({ modifies: [{ oid: cloid(2), order: { a: asset, b: false, p: tick(mid * 0.8, 1), s: "1", r: true, t: { trigger: { isMarket: true, triggerPx: tick(mid * 0.9, 1), tpsl: "sl" } }, c: cloid(2) } }] });
    assert(reply.status === "ok", JSON.stringify(reply));
    const stop = (await info.frontendOpenOrders({ user })).find((o) => o.cloid === cloid(2));
    assert(Math.abs(Number(stop.triggerPx) - mid * 0.9) < 1, JSON.stringify(stop));
  }],
  ["schedule cancel wants volume", () => refused(() => exchange.scheduleCancel({ time: Date.now() + 60000 }), "Cannot set scheduled cancel time until enough volume traded. Required: $1000000")],
  ["schedule cancel after a million traded", async () => {
    for (let i = 0; i < 6; i++) {
      for (const b of [true, false]) {
        await exchange.order({ orders: [{ a: asset, b, p: tick(mid * (b ? 1.04 : 0.96), 1), s: "25", r: false, t: { limit: { tif: "FrontendMarket" } } }], grouping: "na" });
      }
    }
    await exchange.scheduleCancel({ time: Date.now() + 60000 });
    await exchange.scheduleCancel();
  }],
  ["close", async () => {
    const open = await position();
    await exchange.order({ orders: [{ a: asset, b: false, p: tick(mid * 0.96, 1), s: open.szi.replace(/\.0$/, ""), r: true, t: { limit: { tif: "Ioc" } } }], grouping: "na" });
    assert(!(await position()), "still open");
  }],
  ["fills, funding, fees, limits", async () => {
    const fills = await info.userFillsByTime({ user, startTime: Date.now() - 3600e3 });
    assert(fills.length >= 14, `${fills.length} fills`);
    const funding = await info.userFunding({ user, startTime: Date.now() - 3600e3 });
    const rates = await info.fundingHistory({ coin: "ETH", startTime: Date.now() - 86400e3 });
    assert(Array.isArray(funding) && rates.length >= 23, `${rates.length} rates`);
    assert((await info.userFees({ user })).userCrossRate === "0.00045", "fees");
    assert((await info.userRateLimit({ user })).nRequestsUsed > 20, "requests are not counted");
    return `${fills.length} fills`;
  }],
  ["an approved agent signs for its master", async () => {
    const agent = privateKeyToAccount("0x" + "5a".repeat(32));
    await exchange.approveAgent({ agentAddress: agent.address, agentName: "peer" });
    const byAgent = new ExchangeClient({ transport, wallet: agent });
    await byAgent.updateLeverage({ asset, isCross: true, leverage: 3 });
    assert((await info.activeAssetData({ user, coin: "ETH" })).leverage.value === 3, "the agent acted for somebody else");
    assert((await info.extraAgents({ user })).some((a) => a.name === "peer"), "the agent is not listed");
  }],
]);
