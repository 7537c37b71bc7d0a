/* What scripts add. Every page works without this file; nothing here decides anything about money.

   It stands in the head, so that a chosen theme is there before the first paint; the rest waits for the page.
   Attributes it reads: data-theme-switch, data-language, data-closes, data-fresh, data-give, data-share, data-focus, data-heard. */
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("js");
  /* As the server writes them: $63,480 in Spanish too. */
  const habits = root.lang === "es" ? "es-US" : root.lang;

  const remembered = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private window */ } };

  const theme = remembered("theme");
  if (theme) root.dataset.theme = theme;

  function switchTheme() {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = (root.dataset.theme || system) === "dark" ? "light" : "dark";
    remember("theme", root.dataset.theme);
  }

  function rememberLanguage(link) {
    document.cookie = `lang=${link.dataset.language}; path=/; max-age=31536000; samesite=lax`;
  }

  const filled = (text, values) => text.replace(/\{(\w)\}/g, (_, name) => values[name]);

  /* Under a day hours are counted, under an hour minutes; the reader's own time stands beside the drive's. */
  function startCountdown(line) {
    const closes = new Date(line.dataset.closes);
    const left = line.querySelector("[data-left]");
    const local = line.querySelector("[data-local-time]");
    const away = closes - Date.now();
    const weekday = away > 864e5 ? "short" : undefined;
    const clock = (timeZone) => new Intl.DateTimeFormat(habits, { weekday, hour: "numeric", minute: "2-digit", timeZone }).format(closes);
    if (away > 0 && away < 7 * 864e5 && clock() !== clock(line.dataset.zone)) local.textContent = filled(line.dataset.local, { t: clock() });
    const tick = () => {
      const seconds = Math.floor((closes - Date.now()) / 1000);
      if (seconds <= 0) { left.textContent = line.dataset.over; return; }
      if (seconds < 86400) {
        const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
        left.textContent = hours
          ? filled(line.dataset.leftHours, { h: hours, m: minutes })
          : filled(line.dataset.leftMinutes, { m: minutes, s: seconds % 60 });
      }
      setTimeout(tick, seconds < 3600 ? 1000 : 15000);
    };
    tick();
  }

  const moneyText = (minor, currency, decimals) => new Intl.NumberFormat(habits, {
    style: "currency", currency, currencyDisplay: "narrowSymbol",
    minimumFractionDigits: minor % 10 ** decimals ? decimals : 0, maximumFractionDigits: decimals,
  }).format(minor / 10 ** decimals);

  /* The bars follow the public figures while somebody looks; a failed look is tried again at the next. */
  function followProgress(goals) {
    const decimals = Number(goals.dataset.decimals);
    setInterval(async () => {
      if (document.hidden) return;
      const answer = await fetch(goals.dataset.fresh).catch(() => null);
      if (!answer || !answer.ok) return;
      const figures = await answer.json();
      for (const { metric, frozen, actual: present } of figures.goals) {
        const actual = frozen ?? present;
        const goal = goals.querySelector(`[data-goal="${metric}"]`);
        if (!goal) continue;
        goal.querySelector("progress").value = actual;
        goal.querySelector(".figure").textContent = ["amount", "monthly_value"].includes(metric)
          ? moneyText(actual, figures.currency, decimals) : new Intl.NumberFormat(habits).format(actual);
      }
    }, 10000);
  }

  /* The button says exactly what will happen: "Give $50 every month". */
  function followGiving(form) {
    const button = form.querySelector("[data-send]");
    const other = form.elements.amount_other;
    const { currency, decimals } = form.dataset;
    const scale = 10 ** Number(decimals);
    const money = (minor) => moneyText(minor, currency, Number(decimals));

    function chosen() {
      const choice = form.elements.amount_choice.value;
      if (choice !== "other") return Number(choice);
      const typed = other.value.replace(/[\s$€£¥]/g, "");
      const plain = /[.,]\d{1,3}$/.test(typed) && !/^\d{1,3}([.,]\d{3})+$/.test(typed)
        ? typed.replace(/[.,](?=.*[.,])/g, "").replace(",", ".")
        : typed.replace(/[.,]/g, "");
      return /^\d+(\.\d+)?$/.test(plain) ? Math.round(Number(plain) * scale) : 0;
    }

    /* What covering the fee adds, by the rate of the chosen way to pay: without one, of the form's. */
    function feeOn(amount) {
      const way = form.querySelector("[name=method]:checked[data-fee-percent]") || form;
      const { feePercent, feeFixed, feeLeast, feeMost } = way.dataset;
      if (!amount || !feePercent) return 0;
      const exact = Math.ceil((amount + Number(feeFixed)) / (1 - Number(feePercent) / 10000)) - amount;
      const fee = Math.max(exact, Number(feeLeast || 0));
      return feeMost ? Math.min(fee, Number(feeMost)) : fee;
    }

    function say() {
      const rhythm = form.elements.rhythm.value || "once";
      const amount = chosen();
      const fee = feeOn(amount);
      const feeText = form.querySelector("[data-fee-text]");
      if (feeText && fee) feeText.textContent = filled(feeText.dataset.feeText, { f: money(fee) });
      const covers = form.elements.cover_fee && form.elements.cover_fee.checked;
      const sentence = button.dataset[rhythm];
      button.textContent = amount && sentence ? filled(sentence, { a: money(amount + (covers ? fee : 0)) }) : button.dataset.plain;
    }

    other.addEventListener("input", () => {
      if (other.value) form.querySelector("[name=amount_choice][value=other]").checked = true;
      say();
    });
    form.addEventListener("change", (event) => {
      if (event.target.name === "amount_choice" && event.target.value !== "other") other.value = "";
      say();
    });
    /* Arrows go on to the next choice; who points at "other" wants to type. */
    form.addEventListener("click", (event) => {
      if (event.detail && event.target.name === "amount_choice" && event.target.value === "other") other.focus();
    });
    say();
  }

  /* A second click does nothing; coming back with the browser's button makes the form usable again. */
  function sendOnce(form) {
    const button = form.querySelector("[data-send]");
    form.addEventListener("submit", (event) => {
      if (button.getAttribute("aria-disabled") === "true") { event.preventDefault(); return; }
      button.setAttribute("aria-disabled", "true");
    });
    addEventListener("pageshow", () => button.removeAttribute("aria-disabled"));
  }

  function share(button) {
    const details = { title: button.dataset.title, url: button.dataset.share };
    const done = () => { button.textContent = button.dataset.done; };
    if (navigator.share) navigator.share(details).catch(() => {});
    else if (navigator.clipboard) navigator.clipboard.writeText(details.url).then(done);
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-theme-switch], [data-language], [data-share]");
    if (!target) return;
    if (target.dataset.language) rememberLanguage(target);
    else if (target.dataset.share) share(target);
    else switchTheme();
  });

  /* A browser brings a field's first line into sight; the rest may be under what sticks to the edge. */
  document.addEventListener("keyup", (event) => {
    if (event.key === "Tab") document.activeElement.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  /* What went wrong gets the focus, or else what was done: it is read aloud, and Tab goes on from there. */
  const startAt = () => ["[data-focus]", "main [aria-invalid=true]", "[autofocus]", "[data-heard]"].map((each) => document.querySelector(each)).find(Boolean);

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-closes]").forEach(startCountdown);
    document.querySelectorAll("[data-fresh]").forEach(followProgress);
    document.querySelectorAll("[data-give]").forEach((form) => { followGiving(form); sendOnce(form); });
    startAt()?.focus();
  });
})();
