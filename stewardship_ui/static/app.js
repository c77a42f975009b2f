// Keyboard, theme and announcements. Every page works without this file; it only makes the same things quicker.
(() => {
  "use strict";
  const root = document.documentElement;
  const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const store = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private window: not kept */ } };

  // Before the first paint, so that a chosen theme does not flash.
  const theme = stored("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const keysOn = () => !root.classList.contains("keys-off"); // as the account says
  let waitingVerdict = null;

  const find = (key) => [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key.split(" ").includes(key));
  const say = (text) => {
    const status = document.getElementById("status");
    if (status) status.textContent = text;
  };

  const toggleTheme = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    store("theme", root.dataset.theme);
  };

  const moveRow = (step) => {
    const rows = [...document.querySelectorAll("[data-row]")];
    if (!rows.length) return false;
    const at = rows.indexOf(document.activeElement);
    const next = rows[Math.min(Math.max(at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step, 0), rows.length - 1)];
    next.focus();
    return true;
  };

  const reasonGiven = (form) => form.querySelector("[name=preset]:checked") || form.elements.reason.value.trim();

  const decide = (button) => {
    const form = button?.form;
    if (!form) return;
    if (reasonGiven(form)) {
      waitingVerdict = null;
      form.requestSubmit(button);
      return;
    }
    waitingVerdict = button;
    [...form.elements].forEach((each) => each.classList.remove("pending"));
    button.classList.add("pending");
    form.classList.add("asking");
    form.querySelector("legend .muted").textContent = form.dataset.askReason;
    form.querySelector("[name=preset]").focus();
    say(form.dataset.askReason);
  };

  const act = (key) => {
    const target = find(key);
    if (!target) return (key === "j" || key === "k") && moveRow(key === "j" ? 1 : -1);
    if (target.name === "verdict") decide(target);
    else if (target.type === "radio") {
      target.checked = true;
      target.focus();
      if (waitingVerdict?.isConnected) decide(waitingVerdict);
    } else if (target.type === "search") {
      target.focus();
      target.select();
    } else if (target.tagName === "TEXTAREA") target.focus();
    else if (target.tagName === "SECTION") {
      target.scrollIntoView({ block: "start" });
      target.focus({ preventScroll: true });
    } else target.click();
    return true;
  };

  const typing = (element) =>
    element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName) ||
    (element.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(element.type));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && typing(event.target)) event.target.blur();
    if (!keysOn() || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      document.getElementById("help")?.showModal();
      event.preventDefault();
    } else if (event.key === "Enter" ? event.target === document.body && act("Enter") : event.key.length === 1 && act(event.key.toLowerCase())) {
      event.preventDefault();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-toggle]")) toggleTheme();
    if (event.target.closest("[data-help-open]")) document.getElementById("help").showModal();
    const verdict = event.target.closest("button[name=verdict]");
    if (verdict && event.isTrusted && !reasonGiven(verdict.form)) {
      event.preventDefault();
      decide(verdict);
    }
  });

  // Whoever pressed a verdict before a reason need not press it again: the reason, chosen by hand, completes it.
  // Arrow keys choose too, but on the way to another reason: they only choose.
  document.addEventListener("click", (event) => {
    const chosen = event.detail > 0 && event.target.closest(".reasons label")?.querySelector("[name=preset]");
    if (chosen && waitingVerdict?.isConnected) setTimeout(() => { if (chosen.checked) decide(waitingVerdict); });
  });

  // The address moves on without the header being drawn anew: come back to where the person is now.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-stay]")) event.target.elements.next.value = location.pathname + location.search;
  });

  // On a narrow screen the list comes first; without script the facets stand open above it.
  const foldFacets = () => {
    if (matchMedia("(max-width: 1080px)").matches) document.querySelector("details.facets")?.removeAttribute("open");
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-theme-toggle], [data-help-open]").forEach((each) => { each.hidden = false; });
    foldFacets();
  });

  // A live region that arrives together with its text is not read out: repeat the text in the one that stays.
  document.addEventListener("htmx:after:swap", () => {
    waitingVerdict = null;
    foldFacets();
    if (!document.activeElement.closest("form.filters")) window.scrollTo(0, 0);
    say([...document.querySelectorAll("#main [data-announce], #main [role=alert]")].map((each) => each.textContent).join(" "));
  });
})();
