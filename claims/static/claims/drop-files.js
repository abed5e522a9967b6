// Add articles: files dropped anywhere on the form land in its file field.
"use strict";
const form = document.querySelector(".desk-form"), field = document.getElementById("id_files");
if (form && field) {
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    field.files = event.dataTransfer.files;
    field.focus();
  });
}
