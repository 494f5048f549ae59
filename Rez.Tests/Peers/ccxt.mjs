// ccxt's hyperliquid on rez sim: node ccxt.mjs http://127.0.0.1:4001 PRIVATE_KEY
import ccxt from "ccxt";
import { assert, refused, run } from "./steps.mjs";

import { privateKeyToAccount } from "viem/accounts";

const [url, privateKey] = process.argv.slice(2);
const walletAddress = privateKeyToAccount(privateKey).address;
const client = new ccxt.hyperliquid({ privateKey, walletAddress, enableRateLimit: false });
client.setSandboxMode(true);
client.urls.api = { public: url, private: url };
const symbol = "BTC/USDC:USDC";
let last, resting;

await run("ccxt", [
  ["markets", async () => {
    const markets = await client.loadMarkets();
    assert(markets[symbol]?.swap && Number(markets[symbol].baseId) === 0, JSON.stringify(markets[symbol]));
    return `${Object.keys(markets).length} markets`;
  }],
  ["ticker, book, candles, funding", async () => {
    last = (await client.fetchTicker(symbol)).last ?? (await client.fetchTicker(symbol)).close;
    const book = await client.fetchOrderBook(symbol);
    assert(book.bids[0][0] < book.asks[0][0], "the book is crossed");
    last = (book.bids[0][0] + book.asks[0][0]) / 2;
    const candles = await client.fetchOHLCV(symbol, "1h", Date.now() - 86400e3);
    assert(candles.length >= 23, `${candles.length} candles`);
    const rates = await client.fetchFundingRateHistory(symbol, Date.now() - 86400e3);
    assert(rates.length >= 23, `${rates.length} rates`);
    return String(last);
  }],
  ["balance", async () => {
    const balance = await client.fetchBalance();
    assert(balance.USDC.total === 100000, JSON.stringify(balance.USDC));
  }],
  ["set leverage", () => client.setLeverage(10, symbol, { marginMode: "cross" }).then(() => undefined)],
  ["market order with stop and target", async () => {
    const order = await client.createOrder(symbol, "market", "buy", 0.1, last, {
      stopLoss: { triggerPrice: Math.round(last * 0.95) }, takeProfit: { triggerPrice: Math.round(last * 1.1) },
    });
    assert(order.filled === 0.1 || order.status === "closed", JSON.stringify(order));
    const positions = await client.fetchPositions([symbol]);
    assert(positions.length === 1 && positions[0].contracts === 0.1 && positions[0].side === "long", JSON.stringify(positions));
    return String(order.average);
  }],
  ["open orders", async () => {
    const open = await client.fetchOpenOrders(symbol);
    assert(open.length === 2 && open.every((o) => o.reduceOnly), JSON.stringify(open));
  }],
  ["limit order, edit, cancel", async () => {
    const order = await client.createOrder(symbol, "limit", "buy", 0.05, Math.round(last * 0.8), { postOnly: true });
    resting = order.id;
    await client.editOrder(order.id, symbol, "limit", "buy", 0.06, Math.round(last * 0.81));
    const open = (await client.fetchOpenOrders(symbol)).find((o) => o.side === "buy");
    assert(open && open.id !== resting && open.amount === 0.06, JSON.stringify(open));
    await client.cancelOrder(open.id, symbol);
    assert(!(await client.fetchOpenOrders(symbol)).some((o) => o.side === "buy"), "still open");
  }],
  ["cancel by cloid", async () => {
    const clientOrderId = "0x" + "0c".repeat(16);
    await client.createOrder(symbol, "limit", "buy", 0.05, Math.round(last * 0.8), { clientOrderId });
    await client.cancelOrder(undefined, symbol, { clientOrderId });
    assert((await client.fetchOpenOrders(symbol)).every((o) => o.side !== "buy"), "still open");
  }],
  ["a refusal", () => refused(() => client.createOrder(symbol, "limit", "buy", 0.00001, Math.round(last * 0.8)), "minimum value of $10")],
  ["close and fills", async () => {
    await client.createOrder(symbol, "market", "sell", 0.1, last, { reduceOnly: true });
    assert((await client.fetchPositions([symbol])).length === 0, "still open");
    const trades = await client.fetchMyTrades(symbol);
    assert(trades.length === 2 && trades.every((t) => t.fee.cost > 0), JSON.stringify(trades));
    await client.fetchFundingHistory(symbol);
    return `${trades.length} fills`;
  }],
  ["schedule cancel wants volume", () => refused(() => client.cancelAllOrdersAfter(60000), "enough volume traded")],
]);
