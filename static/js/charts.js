// Draws every .chart of the page from the specification that stands beside it as JSON. Colours
// are roles (@accent) and come from the style sheet, so a change of theme draws anew.

const PACKAGE = document.querySelector("script[data-vega]")?.dataset.vega;
const LANGUAGE = document.documentElement.lang;
const NUMBERS = { decimal: ".", thousands: ",", grouping: [3], currency: ["", ""] };
const JAPANESE_TIMES = {
  dateTime: "%Y年%m月%d日 %H:%M", date: "%Y年%-m月%-d日", time: "%H:%M", periods: ["午前", "午後"],
  days: ["日曜日", "月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日"],
  shortDays: ["日", "月", "火", "水", "木", "金", "土"],
  months: [...Array(12).keys()].map((n) => `${n + 1}月`),
  shortMonths: [...Array(12).keys()].map((n) => `${n + 1}月`),
};

const ENGLISH_TIMES = {
  dateTime: "%d %b %Y %H:%M", date: "%-d %b %Y", time: "%H:%M", periods: ["AM", "PM"],
  days: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
  shortDays: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
  months: ["January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December"],
  shortMonths: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
};

// A custom property still holds light-dark(); asking an element for its colour resolves it.
const colourOf = (role) => {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.className = `role-${role}`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

const dyed = (part, known) => {
  if (typeof part === "string" && part.startsWith("@")) {
    return (known[part] ??= colourOf(part.slice(1)));
  }
  if (Array.isArray(part)) return part.map((inner) => dyed(inner, known));
  if (part && typeof part === "object") {
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, dyed(inner, known)]));
  }
  return part;
};

const look = (known) => ({
  background: null,
  font: getComputedStyle(document.body).fontFamily,
  view: { stroke: null },
  axis: {
    labelColor: dyed("@ink-2", known), titleColor: dyed("@ink-2", known),
    tickColor: dyed("@line", known), domain: false, gridColor: dyed("@line", known),
    labelFontSize: 11, labelSeparation: 6, labelPadding: 6, ticks: false,
    labelOverlap: "greedy",
  },
  axisX: { grid: false, domain: true, domainColor: dyed("@line", known) },
  legend: { labelColor: dyed("@ink-2", known), labelFontSize: 11 },
});

const draw = async (chart) => {
  const spec = JSON.parse(document.getElementById(`spec-${chart.dataset.chart}`).textContent);
  const picture = chart.querySelector(".chart-picture");
  const known = {};
  await window.vegaEmbed(picture, dyed(spec, known), {
    ast: true, actions: false, renderer: "svg", defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    formatLocale: NUMBERS,
    timeFormatLocale: LANGUAGE === "ja" ? JAPANESE_TIMES : ENGLISH_TIMES,
    config: look(known),
  });
  // The picture is described as a whole; its parts would only be read out one by one.
  picture.querySelector("svg")?.setAttribute("aria-hidden", "true");
  picture.classList.add("is-drawn");
};

const drawAll = async (again = false) => {
  const charts = [...document.querySelectorAll(".chart[data-chart]")]
    .filter((chart) => again || !chart.querySelector(".chart-picture.is-drawn svg"));
  if (!charts.length || !PACKAGE) return;
  if (!window.vegaEmbed) await import(PACKAGE);
  for (const chart of charts) await draw(chart);
};

new MutationObserver(() => drawAll(true))
  .observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
document.addEventListener("htmx:after:swap", () => drawAll());
drawAll();
