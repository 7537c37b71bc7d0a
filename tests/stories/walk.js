/* What a person with a keyboard meets on a page. Put into each page before its own scripts; tests/stories/walking.py presses
   the keys and asks here after each press.

   walk.step()      judge what has the focus now; says "out", "again", "inside" (another part of the same control),
                    "fold" (a closed one), "radio" or "on"
   walk.stepBack()  on the way back, with Shift+Tab: "out", "inside" or "on"
   walk.verdict()   judge the page as a whole, after both ways
   walk.wrong       sentences about what is wrong

   The rules are WCAG 2.2: 2.1.1 keyboard, 2.4.3 focus order, 2.4.7 focus visible with the contrast of 1.4.11,
   2.4.11 focus not obscured, 2.5.8 target size. */
"use strict";

window.walk = (() => {
  const clicked = new WeakSet();
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (kind, ...rest) {
    if (this instanceof Element && /^(click|mousedown|mouseup|pointerdown|pointerup)$/.test(kind)) clicked.add(this);
    return listen.call(this, kind, ...rest);
  };

  const NATIVE = "a[href], area[href], button, input:not([type=hidden]), select, textarea, iframe, details > summary:first-of-type";
  const MADE = "[role=button], [role=link], [role=tab], [role=menuitem], [role=switch], [onclick], [contenteditable], [tabindex]";
  /* What is kept free at the upper and lower edge when something is brought into sight. */
  const MARGIN = 130;
  const there = [], back = [], wrong = [], reach = new Set();
  let last = null, rested = null, repeats = 0;

  const words = (el) => `<${el.tagName.toLowerCase()}${el.id ? "#" + el.id : ""}${typeof el.name === "string" && el.name ? " name=" + el.name : ""}> `
    + (el.getAttribute("aria-label") || el.innerText || el.value || "").trim().replace(/\s+/g, " ").slice(0, 40);
  const say = (el, sentence) => wrong.push(`${sentence}: ${words(el)}`);
  const isRadio = (el) => el.matches("input[type=radio]");
  /* Radios of one name are one stop; arrows go on. */
  const stopOf = (el) => isRadio(el) ? [...document.querySelectorAll("input[type=radio]")].find((each) => each.name === el.name && each.form === el.form) : el;
  const shows = (el) => el.checkVisibility({ visibilityProperty: true }) && el.getBoundingClientRect().width > 1 && el.getBoundingClientRect().height > 1;
  const held = (el) => el.closest("[inert]") || el.matches(":disabled");

  function isOperable(el) {
    if (held(el)) return false;
    if (el.matches(NATIVE)) return !(el.tabIndex < 0 && isTwin(el)) && !isTrap(el) && (shows(el) || (el.labels && [...el.labels].some(shows)));
    return ((clicked.has(el) && !el.querySelector(NATIVE)) || el.matches(MADE)) && el.getAttribute("tabindex") !== "-1" && shows(el);
  }
  /* A picture that leads where the headline beside it leads, and is said once only. */
  const isTwin = (el) => el.closest("[aria-hidden=true]") && el.href
    && [...document.links].some((link) => link !== el && link.href === el.href && link.tabIndex >= 0);
  /* A field that only machines find. */
  const isTrap = (el) => el.tabIndex < 0 && el.closest("[aria-hidden=true]") && el.getBoundingClientRect().right <= 0;

  /* Colours ---------------------------------------------------------------------------------------------------- */

  const channels = (text) => { const [r, g, b, a = 1] = (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number); return { r, g, b, a }; };
  const light = ({ r, g, b }) => [r, g, b].map((one) => one / 255).map((one) => one <= .04045 ? one / 12.92 : ((one + .055) / 1.055) ** 2.4)
    .reduce((sum, one, place) => sum + one * [.2126, .7152, .0722][place], 0);
  const contrast = (one, other) => { const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b); return (bright + .05) / (dark + .05); };
  function ground(el) {
    for (let box = el; box; box = box.parentElement) {
      const colour = channels(getComputedStyle(box).backgroundColor);
      if (colour.a > .99) return colour;
    }
    return channels("rgb(255, 255, 255)");
  }

  /* The mark --------------------------------------------------------------------------------------------------- */

  /* The control, or what is drawn for one that itself is not seen. */
  const drawn = (el) => getComputedStyle(el).opacity === "0" ? el.nextElementSibling || el : el;
  const ring = (el) => { const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(drawn(el)); return outlineStyle === "none" ? "" : `${outlineStyle} ${outlineWidth} ${outlineColor}`; };

  function judgeMark(el) {
    const shape = drawn(el), style = getComputedStyle(shape);
    const thick = parseFloat(style.outlineWidth), offset = parseFloat(style.outlineOffset);
    if (!ring(el) || thick < 2) return say(el, "shows no focus");
    const under = ground(offset < 0 ? shape : shape.parentElement || shape);
    const ratio = contrast(channels(style.outlineColor), under);
    if (ratio < 3) say(el, `focus ring has contrast ${ratio.toFixed(1)}`);
    const sides = ringSides(shape, offset + thick / 2);
    if (sides.length) say(el, `focus ring is cut off at the ${sides.join(", ")}`);
  }

  function ringSides(el, out) {
    const box = el.getBoundingClientRect(), cut = clip(el);
    const sides = { left: box.left - out >= cut.left, right: box.right + out <= cut.right, top: box.top - out >= cut.top, bottom: box.bottom + out <= cut.bottom };
    const large = { left: box.width > innerWidth - 16, top: box.height > cut.bottom - cut.top - MARGIN };
    return Object.keys(sides).filter((side) => !sides[side] && !(/left|right/.test(side) ? large.left : large.top));
  }

  /* What of the window is left for an element, with all that scrolls or hides around it. */
  function clip(el) {
    const left = { left: 0, top: 0, right: document.documentElement.clientWidth, bottom: innerHeight };
    for (let box = el.parentElement; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = box.getBoundingClientRect();
      left.left = Math.max(left.left, edge.left + box.clientLeft); left.right = Math.min(left.right, edge.right);
      left.top = Math.max(left.top, edge.top + box.clientTop); left.bottom = Math.min(left.bottom, edge.bottom);
    }
    return left;
  }

  /* Whether it can be seen --------------------------------------------------------------------------------------- */

  function judgePlace(el) {
    const cut = clip(el), box = [...el.getClientRects()].find((each) => each.width > 1 && each.height > 1);
    if (!box) return say(el, "has the focus and is not drawn");
    const left = Math.max(box.left, cut.left), right = Math.min(box.right, cut.right);
    const top = Math.max(box.top, cut.top), bottom = Math.min(box.bottom, cut.bottom);
    if (right - left < 1 || bottom - top < 1) return say(el, "has the focus outside of what is seen");
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const own = hit && (el.contains(hit) || [...(el.labels || [])].some((label) => label.contains(hit)));
    if (!own) say(el, `is covered by ${hit ? words(hit) : "nothing"}`);
  }

  /* A target of 24 px, or so far from the next that a circle of 24 px has room; links in a line of text are as large as the text. */
  const targetBox = (el) => [el, ...(el.labels || [])].map((each) => each.getBoundingClientRect()).sort((a, b) => b.width * b.height - a.width * a.height)[0];
  const isInText = (el) => getComputedStyle(el).display === "inline" && [...el.parentElement.childNodes].some((node) => node !== el && node.textContent.trim());
  const isSmall = (box) => box.width < 23.9 || box.height < 23.9;
  function judgeTargets(all) {
    const boxes = all.map((el) => [el, targetBox(el)]);
    const apart = (x, y, box) => Math.hypot(x - Math.min(Math.max(x, box.left), box.right), y - Math.min(Math.max(y, box.top), box.bottom));
    for (const [el, box] of boxes) {
      if (!isSmall(box) || isInText(el)) continue;
      const x = box.left + box.width / 2, y = box.top + box.height / 2;
      const near = boxes.find(([other, its]) => other !== el && !el.contains(other) && !other.contains(el)
        && (isSmall(its) ? Math.hypot(x - its.left - its.width / 2, y - its.top - its.height / 2) < 24 : apart(x, y, its) < 12));
      if (near) say(el, `target of ${Math.round(box.width)} × ${Math.round(box.height)} px beside another`);
    }
  }

  /* The way -------------------------------------------------------------------------------------------------------- */

  /* What had the focus has it no longer: does it look otherwise now? */
  function leave() {
    if (last && last.isConnected && rested && ring(last) === rested) say(last, "looks the same with and without the focus");
  }

  function step() {
    const el = document.activeElement, first = there[0];
    const out = !el || el === document.body || el === document.documentElement;
    if (el === last) return ++repeats > 12 ? (say(el, "keeps the focus"), "out") : "inside";
    leave();
    last = null; repeats = 0;
    if (out || el === first) return "out";
    if (reach.has(stopOf(el))) { say(el, "is reached twice"); return "again"; }
    there.push(el); reach.add(stopOf(el)); last = el; rested = ring(el);
    judgeMark(el); judgePlace(el);
    if (el.matches("summary") && !el.parentElement.open) return "fold";
    return isRadio(el) ? "radio" : "on";
  }

  const choices = () => [...document.querySelectorAll("input[type=radio]:enabled")].filter((each) => stopOf(each) === stopOf(last) && shows(each)).length;
  /* Whether an arrow went on to another radio of the group, and chose it. */
  function choose() {
    const from = last;
    last = document.activeElement; rested = null;
    const went = isRadio(last) && last.checked && stopOf(last) === stopOf(from) && (last !== from || choices() < 2);
    return went || say(from, "has no next one by an arrow");
  }
  const stepBack = () => {
    const el = document.activeElement;
    if (!el || el === document.body || el === document.documentElement) return "out";
    if (back.length && el === back[back.length - 1]) return "inside";
    if (back.length && el === back[0]) return "out";
    back.push(el);
    return "on";
  };

  /* From the very top, as when the page has just come. */
  function begin() {
    const top = document.createElement("span");
    top.tabIndex = -1;
    document.body.prepend(top);
    top.focus();
    top.remove();
    scrollTo(0, 0);
  }

  /* Whether the first stop leads past everything that is on every page; nothing to lead past, nothing needed. */
  function isSkip() {
    const main = document.querySelector("main"), before = there.find((el) => !main.contains(el));
    if (!before || main.compareDocumentPosition(before) & Node.DOCUMENT_POSITION_FOLLOWING) return false;
    if (document.activeElement.getAttribute("href") !== "#" + main.id) return say(document.activeElement, "is first, and does not lead to the content"), false;
    return true;
  }
  function judgeSkip() {
    const main = document.querySelector("main"), inside = there.find((el) => main.contains(el));
    if (inside && document.activeElement !== inside && stopOf(document.activeElement) !== stopOf(inside)) say(document.activeElement, "comes after the link to the content, not what is first in it");
  }

  /* Scrolled back to the top, with what stands in place of its own accord left out. */
  function judgeOrder() {
    const sticks = (el) => { for (let box = el; box; box = box.parentElement) if (/sticky|fixed/.test(getComputedStyle(box).position)) return true; return false; };
    const flow = there.filter((el) => !sticks(el) && !el.matches(".skip"));
    flow.slice(1).forEach((el, place) => {
      const before = flow[place].getBoundingClientRect(), box = el.getBoundingClientRect();
      const beside = box.right <= before.left || box.left >= before.right;
      if (!beside && box.bottom <= before.top + 1) say(el, `comes after what is below it (${words(flow[place])})`);
    });
  }

  function judgeScrollers() {
    for (const el of document.querySelectorAll("body *")) {
      const { overflowX, overflowY } = getComputedStyle(el);
      const over = (/auto|scroll/.test(overflowX) && el.scrollWidth > el.clientWidth + 1) || (/auto|scroll/.test(overflowY) && el.scrollHeight > el.clientHeight + 1);
      if (over && shows(el) && !el.matches("textarea, select, input") && !reach.has(el) && !there.some((stop) => el.contains(stop))) say(el, "scrolls and cannot be reached");
    }
  }

  function verdict() {
    begin();
    const all = [...document.querySelectorAll("body *")].filter(isOperable);
    all.filter((el) => el.tabIndex > 0).forEach((el) => say(el, "has a tabindex above 0"));
    new Set(all.map(stopOf)).forEach((el) => { if (!reach.has(el)) say(el, "is never reached"); });
    there.filter((el) => !all.includes(el)).forEach((el) => say(el, "is reached, and nobody with a mouse could use it"));
    for (const el of document.querySelectorAll("body *")) {
      if (getComputedStyle(el).cursor === "pointer" && shows(el) && !held(el) && !el.closest("[aria-hidden=true] , [aria-hidden=true] *") && !all.some((each) => each.contains(el) || (each.labels && [...each.labels].some((label) => label.contains(el))))) say(el, "looks like a button and is none");
    }
    const round = back.map(stopOf).reverse(), forth = there.map(stopOf);
    if (String(round.map((el) => forth.indexOf(el))) !== String(forth.map((_, place) => place))) wrong.push(`Shift+Tab goes another way: ${back.length} stops back, ${there.length} there; first ${words(back[0] || document.body)}`);
    judgeTargets(all); judgeOrder(); judgeScrollers();
    return wrong;
  }

  /* Forms that are sent incomplete ------------------------------------------------------------------------------- */

  const needed = (form) => [...form.elements].filter((el) => el.required && el.name && /^(text|email|date|number|password|textarea|datetime-local|url|tel)$/.test(el.type));
  const sender = (form) => [...form.elements].filter((el) => el.type === "submit" && !el.hasAttribute("formaction")).pop();
  const lacking = () => [...document.querySelectorAll("main form[method=post]")].filter((form) => needed(form).length && sender(form));
  /* Leaves the first field that is needed empty, and goes to the button. Says whether the browser lets it be sent. */
  function empty(form) {
    for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    needed(form)[0].value = "";
    sender(form).focus();
    return form.noValidate;
  }
  function judgeRefusal() {
    const el = document.activeElement;
    if (el.matches(":invalid, [aria-invalid=true], [role=alert], [role=status]")) return [];
    return [`sent incomplete, the focus is at ${words(el)}`];
  }
  function judgeField() {
    const el = document.activeElement, target = document.getElementById(location.hash.slice(1));
    if (!target) return [`the sentence leads to ${location.hash || "nowhere"}, which is not there`];
    return el === target || target.matches("fieldset") ? [] : [`the sentence leads to ${words(target)}, and the focus to ${words(el)}`];
  }

  return { lacking, empty, judgeRefusal, judgeField, begin, step, stepBack, choices, choose, verdict, isSkip, judgeSkip, say, wrong, get last() { return last; } };
})();
