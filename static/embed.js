/* A drive on another page: <script src=".../static/embed.js" data-drive="its-address"></script>.

   Puts a frame where it stands. It sets no cookie and reads nothing of the page around it. data-lang chooses a language. */
"use strict";

(() => {
  const script = document.currentScript;
  const frame = document.createElement("iframe");
  const place = new URL(`/d/${encodeURIComponent(script.dataset.drive)}/embed`, script.src);
  if (script.dataset.lang) place.searchParams.set("lang", script.dataset.lang);
  frame.src = place;
  frame.title = script.dataset.title || "Amparo";
  frame.width = "100%";
  frame.height = script.dataset.height || "360";
  frame.loading = "lazy";
  frame.style.border = "0";
  script.replaceWith(frame);
})();
