// Small manners of every page: theme switch, closing popovers, copying, confirming, refreshing live parts.
const root = document.documentElement;

function isDark() {
  if (root.dataset.theme) return root.dataset.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

document.addEventListener("click", async (event) => {
  const target = event.target.closest("[data-act]");
  if (target?.dataset.act === "theme") {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("kaibo-theme", root.dataset.theme);
  }
  if (target?.dataset.act === "copy") {
    const text = document.getElementById(target.dataset.from).textContent.trim();
    await navigator.clipboard.writeText(text);
    target.textContent = target.dataset.done;
  }
  for (const open of document.querySelectorAll("details.more[open], details.menu[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// On a phone the tab that is open may lie beyond the edge of its strip.
for (const tab of document.querySelectorAll(".tabs a[aria-current]")) {
  const strip = tab.parentElement;
  if (strip.scrollWidth > strip.clientWidth) strip.scrollLeft = tab.offsetLeft - strip.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.more[open], details.menu[open]")) {
    open.open = false;
    open.querySelector("summary")?.focus();
  }
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.addEventListener("change", (event) => {
  const toggle = event.target.closest("[data-hides]");
  if (toggle) document.getElementById(toggle.dataset.hides).classList.toggle("hidden", toggle.checked);
  const auto = event.target.closest("form[data-auto]");
  if (auto) auto.requestSubmit();
});

// A part that says data-refresh="/path" is fetched again every data-every seconds while the page is visible.
for (const part of document.querySelectorAll("[data-refresh]")) {
  setInterval(async () => {
    if (document.hidden || part.querySelector("details[open]")) return;
    const answer = await fetch(part.dataset.refresh, { headers: { "X-Kaibo-Part": "1" } }).catch(() => null);
    const isWhole = answer?.ok && !answer.redirected;
    part.toggleAttribute("data-stale", !isWhole);
    if (isWhole) part.innerHTML = await answer.text();
  }, Number(part.dataset.every || 10) * 1000);
}
