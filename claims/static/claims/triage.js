// Triage: keys press the buttons that are on the page; words selected in the article are carried into the forms. No state of its own.
"use strict";
(() => {
  const body = document.querySelector(".t-body"), keys = document.getElementById("t-keys");
  document.documentElement.classList.add("t-js");
  const now = body && body.querySelector(".now");
  if (now) body.scrollTop = now.offsetTop - body.clientHeight * 0.3;

  // Keys can be switched off (WCAG 2.1.4); the browser remembers it.
  const stored = { get: () => { try { return localStorage.getItem("triage-keys"); } catch { return null; } }, set: (value) => { try { localStorage.setItem("triage-keys", value); } catch { /* not kept */ } } };
  let on = stored.get() !== "off";
  const show = () => document.documentElement.classList.toggle("t-keys", on);
  show();
  const help = document.getElementById("t-help"), toggle = document.getElementById("t-keys-on");
  if (help && keys) {
    help.hidden = false;
    help.addEventListener("click", () => keys.showModal());
    toggle.checked = on;
    toggle.addEventListener("change", () => { on = toggle.checked; stored.set(on ? "on" : "off"); show(); });
  }

  const typing = (element) => element.matches("textarea, select, input:not([type=radio]):not([type=checkbox])") || element.isContentEditable;
  const act = (element) => {
    if (element.matches("[type=radio]")) { element.checked = true; element.focus(); element.dispatchEvent(new Event("change", { bubbles: true })); }
    else if (element.matches("[type=checkbox]")) element.click();
    else if (element.matches("input, textarea")) { element.focus(); element.select(); }
    else element.click();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey && event.target.form) { event.preventDefault(); send(event.target.form); return; }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.target instanceof Element && typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      else if (event.key === "Enter" && event.target.dataset.find) { event.preventDefault(); event.target.parentElement.querySelector("button").click(); }
      return;
    }
    if (!on) return;
    const key = CSS.escape(event.key);
    if (event.key === "w" || event.key === "c") {
      const group = document.querySelector(event.key === "w" ? ".t-people" : ".t-claims");
      const first = group && (group.querySelector("[type=radio]:checked") || group.querySelector("[type=radio]"));
      if (first) { event.preventDefault(); first.focus(); }
      return;
    }
    const element = document.querySelector(`[data-key="${key}"]`);
    if (!element) return;
    event.preventDefault();
    act(element);
  });
  const send = (form) => form.requestSubmit(form.querySelector(".t-acts button") || undefined);

  // One act is sent once, however fast the keys come.
  let sent = false;
  document.addEventListener("submit", (event) => { if (event.target.method !== "dialog") { if (sent) event.preventDefault(); sent = true; } });
  addEventListener("pageshow", () => { sent = false; });

  // People and claims are looked for while one types: the same answer that the button brings, its lists put in place.
  let waiting = 0;
  document.addEventListener("input", (event) => {
    const field = event.target, find = field.dataset && field.dataset.find;
    if (!find) return;
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const data = new URLSearchParams(new FormData(field.form));
      data.set("do", find);
      const answer = await fetch(field.form.action, { method: "POST", body: data, headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const theirs = page.getElementById(field.id), ours = field.closest("fieldset");
      if (theirs && theirs.value.trim() === field.value.trim()) ours.querySelector("ul").replaceWith(theirs.closest("fieldset").querySelector("ul"));
    }, 250);
  });

  // Whoever selects words that begin in a link wants the words, not the link.
  if (body) body.addEventListener("click", (event) => { if (!document.getSelection().isCollapsed) event.preventDefault(); });

  // What is selected in the article, with the words just before it, for statements whose words stand there twice.
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    if (!body || !selection.rangeCount || !body.contains(selection.anchorNode) || !body.contains(selection.focusNode)) return;
    const words = selection.toString().trim();
    if (!words) return;
    const range = selection.getRangeAt(0).cloneRange();
    const until = document.createRange();
    until.setStart(body, 0);
    until.setEnd(range.startContainer, range.startOffset);
    const before = until.toString().slice(-60);
    const field = document.querySelector("[data-words]"), hidden = document.querySelector("[data-before]");
    if (field) { field.value = words; if (hidden) hidden.value = before; }
    document.querySelectorAll("a[data-select]").forEach((link) => {
      const address = new URL(link.href);
      address.searchParams.set("words", words.slice(0, 1500));
      address.searchParams.set("just_before", before);
      link.href = address.href;
    });
  });
})();
