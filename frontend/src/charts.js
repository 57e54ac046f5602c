// Charts from the JSON that the page carries; colours come from the page's own tokens.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, LineChart, GridComponent, TooltipComponent, AriaComponent, SVGRenderer]);

const drawn = new Map();

export function draw(element) {
  for (const [old, chart] of drawn) {
    if (!old.isConnected) {
      chart.dispose();
      drawn.delete(old);
    }
  }
  const source = document.getElementById(element.dataset.source);
  // The library arrives later than the page; whoever has moved on meanwhile took the chart along.
  if (!source) return;
  const data = JSON.parse(source.textContent);
  if (drawn.has(element)) {
    drawn.get(element).setOption(option(element, data));
    return;
  }
  const chart = echarts.init(element, null, { renderer: "svg" });
  drawn.set(element, chart);
  chart.setOption(option(element, data));
  chart.on("click", (point) => {
    const link = data.links?.[point.dataIndex];
    if (link) location.href = link;
  });
  new ResizeObserver(() => chart.resize()).observe(element);
}

function option(element, data) {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  const size = parseFloat(style.fontSize) * 0.8125;
  const text = { color: token("--ink-2"), fontSize: size, fontFamily: token("--sans") };
  const bare = element.dataset.chart === "spark";
  const bars = element.dataset.chart === "bars" || (!bare && data.values.length <= 16);
  return {
    animationDuration: 300,
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    aria: { enabled: true, label: { description: element.getAttribute("aria-label") } },
    grid: bare
      ? { left: 2, right: 2, top: 8, bottom: 4 }
      : { left: 4, right: 12, top: 28, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: {
      trigger: "axis",
      confine: true,
      backgroundColor: token("--surface"),
      borderColor: token("--line"),
      textStyle: { ...text, color: token("--ink") },
      valueFormatter: (value) => (value == null ? "—" : `${value.toLocaleString("en-US")} ${data.unit}`),
    },
    xAxis: {
      type: "category",
      data: data.labels,
      show: !bare,
      axisLine: { lineStyle: { color: token("--line-strong") } },
      axisTick: { show: false },
      axisLabel: { ...text, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      show: !bare,
      minInterval: 1,
      splitNumber: 3,
      splitLine: { lineStyle: { color: token("--line") } },
      axisLabel: text,
    },
    series: [
      {
        type: bars ? "bar" : "line",
        name: data.name,
        data: data.values,
        barMaxWidth: 48,
        showSymbol: data.values.length < 32,
        symbolSize: 5,
        label: {
          show: bars && data.values.length <= 8,
          position: "top",
          ...text,
          formatter: ({ value }) => (value == null ? "" : value.toLocaleString("en-US")),
        },
        itemStyle: { color: token("--step-4"), borderRadius: [2, 2, 0, 0] },
        lineStyle: { color: token("--step-4"), width: 2 },
        areaStyle: bars ? undefined : { color: token("--step-2"), opacity: 0.35 },
      },
    ],
  };
}
