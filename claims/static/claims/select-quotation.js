// On an article's form: text selected in the article is carried to the form of a new statement.
"use strict";
document.addEventListener("selectionchange", () => {
  const text = document.querySelector(".desk-text"), link = document.getElementById("desk-add-statement");
  const selection = document.getSelection();
  if (!text || !link || !selection.rangeCount || !text.contains(selection.anchorNode) || !text.contains(selection.focusNode)) return;
  // The numbers behind statements are ours, not the article's.
  const copy = selection.getRangeAt(0).cloneContents();
  copy.querySelectorAll(".desk-ref").forEach((ref) => ref.remove());
  const words = copy.textContent.trim();
  if (!words) return;
  const address = new URL(link.href);
  address.searchParams.set("quotation", words.slice(0, 1500));
  link.href = address.href;
});
