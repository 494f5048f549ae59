// Candles with markers, price lines and indicators, on TradingView's Lightweight Charts. One object a chart; dispose() takes it away.
import { createChart, createSeriesMarkers, CandlestickSeries, LineSeries, HistogramSeries } from './lib/lightweight-charts.mjs';

const colours = ['#4c9aff', '#ffc35c', '#c792ea', '#7fdbca', '#f78c6c', '#a3adbd'];

function palette() {
  const style = getComputedStyle(document.documentElement);
  const of = name => style.getPropertyValue(name).trim();
  return { text: of('--dim'), line: of('--line'), up: of('--up'), down: of('--down'), accent: of('--accent'), warn: of('--warn') };
}

/** @param {HTMLElement} element */
export function create(element) {
  const p = palette();
  const chart = createChart(element, {
    autoSize: true,
    layout: { background: { color: 'transparent' }, textColor: p.text, panes: { separatorColor: p.line } },
    grid: { vertLines: { color: p.line }, horzLines: { color: p.line } },
    timeScale: { timeVisible: true, secondsVisible: false, borderColor: p.line },
    rightPriceScale: { borderColor: p.line },
    crosshair: { mode: 0 },
  });
  const candles = chart.addSeries(CandlestickSeries, { upColor: p.up, downColor: p.down, wickUpColor: p.up, wickDownColor: p.down, borderVisible: false });
  const volume = chart.addSeries(HistogramSeries, { priceFormat: { type: 'volume' }, priceScaleId: 'volume', color: p.line, lastValueVisible: false, priceLineVisible: false });
  chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } });
  const markers = createSeriesMarkers(candles, []);
  let lines = [];
  let indicators = [];
  let fitted = false;

  return {
    /**
     * @param {{time:number,open:number,high:number,low:number,close:number,volume:number}[]} bars oldest first, seconds
     * @param {number} decimals of the instrument's prices
     */
    setCandles(bars, decimals) {
      candles.applyOptions({ priceFormat: { type: 'price', precision: decimals, minMove: Math.pow(10, -decimals) } });
      candles.setData(bars);
      volume.setData(bars.map(b => ({ time: b.time, value: b.volume })));
      if (!fitted && bars.length > 0) {
        chart.timeScale().setVisibleLogicalRange({ from: Math.max(0, bars.length - 160), to: bars.length + 4 });
        fitted = true;
      }
    },
    /** @param {{time:number,isEntry:boolean,isLong:boolean,text:string}[]} fills oldest first */
    setMarkers(fills) {
      markers.setMarkers(fills.map(f => ({
        time: f.time,
        position: f.isLong === f.isEntry ? 'belowBar' : 'aboveBar',
        shape: f.isLong === f.isEntry ? 'arrowUp' : 'arrowDown',
        color: f.isEntry ? p.accent : p.warn,
        text: f.text,
      })));
    },
    /** @param {{price:number,title:string,kind:'entry'|'stop'|'target'|'liquidation'}[]} wanted */
    setLines(wanted) {
      lines.forEach(l => candles.removePriceLine(l));
      const colour = { entry: p.accent, stop: p.down, target: p.up, liquidation: p.warn };
      lines = wanted.map(w => candles.createPriceLine({ price: w.price, title: w.title, color: colour[w.kind], lineWidth: 1, lineStyle: w.kind === 'entry' ? 0 : 2, axisLabelVisible: true }));
    },
    /** @param {{name:string,pane:number,points:{time:number,value:number}[]}[]} wanted pane 0 is the price's own */
    setIndicators(wanted) {
      indicators.forEach(s => chart.removeSeries(s));
      indicators = wanted.map((w, i) => {
        const series = chart.addSeries(LineSeries, { color: colours[i % colours.length], lineWidth: 1, title: w.name, priceLineVisible: false, lastValueVisible: true }, w.pane);
        series.setData(w.points);
        return series;
      });
    },
    dispose() {
      chart.remove();
    },
  };
}
