/* What scripts add to the staff pages; each works without.

   data-send-on-change  a select that sends its form when one points; with keys its button does, as each arrow is a change
   data-rail            the page list scrolls to where one is
   data-rows            a table body: Enter in its last row adds another from <template data-row>, whose {n} is the row's number,
                        and goes to its first empty field; day, matter and timekeeper are those of the row above
   data-timer           a button that starts, and then stops into the first row without a duration; goes on through reloads
   data-draft="name"    a form that keeps what was typed in this browser until it is sent
   data-again           how far something at work is: follows it without loading the page, so that the focus stays, until it is done
   data-copy            a button that copies the text of the element with this id
   data-reason          a form that asks before sending: the sentence to confirm */
"use strict";

(() => {
  /* Rows of a table share their names, so a draft is a list of [name, value] in the order of the page. */
  function keepDraft(form) {
    const key = "draft:" + form.dataset.draft;
    const apart = ["hidden", "password", "file", "submit"];
    const controls = () => [...form.elements].filter((each) => each.name && !apart.includes(each.type));
    const kept = (() => { try { return JSON.parse(localStorage.getItem(key)) || []; } catch { return []; } })();
    const body = form.querySelector("[data-rows]");
    if (body) while (controls().length < kept.length && addRow(body)) ;
    controls().forEach((control, place) => {
      const [name, value] = kept[place] || [];
      if (name === control.name && value) control.value = value;
    });
    form.addEventListener("input", () => {
      try { localStorage.setItem(key, JSON.stringify(controls().map((each) => [each.name, each.value]))); } catch { /* private window */ }
    });
    form.addEventListener("submit", () => { try { localStorage.removeItem(key); } catch { /* private window */ } });
  }

  /* The list alone moves: scrollIntoView would take the page along. */
  function showInRail(here) {
    for (let box = here.parentElement; box?.closest("[data-rail]"); box = box.parentElement) {
      const place = here.getBoundingClientRect(), frame = box.getBoundingClientRect();
      box.scrollLeft += place.left + place.width / 2 - frame.left - frame.width / 2;
      const bottom = Math.min(frame.bottom, innerHeight);
      if (place.bottom > bottom) box.scrollTop += place.bottom - bottom + 16;
    }
  }

  function addRow(body) {
    const template = document.querySelector("template[data-row]");
    const holder = document.createElement("tbody");
    holder.innerHTML = template.innerHTML.replaceAll("{n}", body.rows.length);
    const row = holder.rows[0], above = body.rows[body.rows.length - 1];
    body.append(row);
    for (const name of ["worked_on", "matter_id", "timekeeper_id"]) {
      const [from, to] = [above, row].map((each) => each?.querySelector(`[name=${name}]`));
      if (from && to) to.value = from.value;
    }
    return row;
  }

  document.addEventListener("keydown", (event) => {
    const row = event.key === "Enter" && event.target.tagName === "INPUT" && event.target.closest("[data-rows] tr");
    if (!row || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = row.nextElementSibling || addRow(row.parentElement);
    const controls = [...next.querySelectorAll("input, select, textarea")];
    (controls.find((each) => !each.value) || controls[0])?.focus();
  });

  /* The start is kept in this browser, so that a reload or a closed laptop does not lose it. */
  function runTimer(button) {
    const key = "timer", since = () => Number(localStorage.getItem(key));
    const pad = (number) => String(number).padStart(2, "0");
    const show = () => {
      const minutes = Math.floor((Date.now() - since()) / 60000);
      button.textContent = since() ? button.dataset.stop + " " + Math.floor(minutes / 60) + ":" + pad(minutes % 60) : button.dataset.timer;
      button.setAttribute("aria-pressed", Boolean(since()));
    };
    button.hidden = false;
    button.addEventListener("click", () => {
      if (since()) stopTimer(new Date(since()), pad);
      if (since()) localStorage.removeItem(key); else localStorage.setItem(key, Date.now());
      show();
    });
    show();
    setInterval(show, 15000);
  }

  function stopTimer(began, pad) {
    const body = document.querySelector("[data-rows]");
    const row = [...body.rows].find((each) => !each.querySelector("[name=duration]").value) || addRow(body);
    const minutes = Math.max(1, Math.round((Date.now() - began) / 60000));
    row.querySelector("[name=duration]").value = Math.floor(minutes / 60) + ":" + pad(minutes % 60);
    row.querySelector("[name=starts_at]").value = pad(began.getHours()) + ":" + pad(began.getMinutes());
    row.querySelector("[name=duration]").dispatchEvent(new Event("input", { bubbles: true }));
    row.querySelector("[name=task_code]").focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.matches("[data-send-on-change]")) event.target.form.querySelector("button").classList.remove("no-js-only");
  });

  document.addEventListener("change", (event) => {
    const { form } = event.target;
    if (event.target.matches("[data-send-on-change]") && form.querySelector("button.no-js-only")) form.submit();
  });

  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.reason;
    if (question && !confirm(question)) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) navigator.clipboard?.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  });

  function followWork(progress) {
    const looking = setInterval(async () => {
      const answer = await fetch(location.href).catch(() => null);
      if (!answer || !answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-again]");
      if (!fresh) { clearInterval(looking); location.reload(); return; }
      progress.value = fresh.value;
      progress.previousElementSibling.textContent = fresh.previousElementSibling.textContent;
    }, 3000);
  }

  document.querySelectorAll("[data-again]").forEach(followWork);
  document.querySelectorAll("form[data-draft]").forEach(keepDraft);
  document.querySelectorAll("[data-timer]").forEach(runTimer);
  const here = document.querySelector("[data-rail] [aria-current]");
  if (here) showInRail(here);
})();
