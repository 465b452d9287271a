// Filter, keyboard, theme, copying. The page is whole without it; what needs it is hidden until it runs.
(() => {
  "use strict";
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const every = (selector, within = document) => [...within.querySelectorAll(selector)];
  const [find, found, none, all, theme] = ["find", "found", "none", "all", "theme"].map(byId);
  const targets = every("[data-find]");
  const seen = (element) => element.getClientRects().length > 0;
  const texts = new Map();

  // --- filter: what holds all the words stays, with what it stands in and what stands in it
  const text = (element) => {
    if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
    return texts.get(element);
  };
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const holds = (element) => words.every((word) => text(element).includes(word));
    for (const element of targets) element.hidden = !holds(element);
    const left = targets.filter((element) => !element.hidden).length;
    none.hidden = left > 0 || !targets.length;
    found.textContent = words.length ? `${left} of ${targets.length} left` : "";
  };

  // --- findings by keyboard
  const move = (step) => {
    const shown = every("[data-finding]").filter(seen);
    if (!shown.length) return;
    const here = shown.findIndex((finding) => finding.contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : shown.length - 1) : Math.min(Math.max(here + step, 0), shown.length - 1);
    shown[next].focus({ preventScroll: true });
    shown[next].scrollIntoView({ block: "start" });
  };
  const toggle = (finding) => {
    const parts = every(":scope > details", finding);
    const open = !parts.some((part) => part.open);
    for (const part of parts) part.open = open;
  };

  // --- all open or as it was
  let before = null;
  const openAll = () => {
    const parts = every("details");
    if (before) before.forEach((open, part) => { part.open = open; });
    before = before ? null : new Map(parts.map((part) => [part, part.open]));
    if (before) for (const part of parts) part.open = true;
    all.setAttribute("aria-pressed", String(Boolean(before)));
  };

  // --- theme: what the system says, until a person chooses
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const named = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  const keep = (value) => { try { localStorage.setItem("splreplay-theme", value); } catch { /* of a file, there may be none */ } };
  const kept = () => { try { return localStorage.getItem("splreplay-theme"); } catch { return null; } };
  const change = () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    keep(root.dataset.theme);
    named();
  };

  // --- copy: the clipboard is not there for every file; then the text is selected
  const copy = async (button) => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  };

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: (event) => event.target.matches("[data-finding]") && (move(1), true),
    ArrowUp: (event) => event.target.matches("[data-finding]") && (move(-1), true),
    Enter: (event) => event.target.matches("[data-finding]") && (toggle(event.target), true),
    "/": () => { find.focus(); find.select(); },
    e: openAll,
    t: change,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches("input")) {
      if (event.key === "Escape") { find.value = ""; filter(); find.blur(); }
      return;
    }
    const act = Object.hasOwn(KEYS, event.key) && KEYS[event.key];
    if (act && act(event) !== false) event.preventDefault();
  });
  find.addEventListener("input", filter);
  all.addEventListener("click", openAll);
  theme.addEventListener("click", change);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", named);
  for (const button of every(".copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }

  // A link into a closed part, and paper, open it.
  const openTarget = () => {
    const target = location.hash && byId(location.hash.slice(1));
    const part = target && target.querySelector(":scope > details");
    if (part) part.open = true;
  };
  addEventListener("hashchange", openTarget);
  let printing = false;
  addEventListener("beforeprint", () => { if (!before) { printing = true; openAll(); } });
  addEventListener("afterprint", () => { if (printing) { printing = false; openAll(); } });

  const chosen = kept();
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  named();
  openTarget();
  for (const id of ["tools", "keys"]) byId(id).hidden = false;
})();
