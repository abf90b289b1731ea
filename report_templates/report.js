"use strict";
// The page works without this; everything here is only a nearer way to what it says anyway.
(() => {
  const behind = JSON.parse(document.getElementById("behind").textContent);
  const words = behind.words;
  const say = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  // A number and what stands behind it.
  const dialog = make("dialog");
  dialog.setAttribute("aria-labelledby", "behind-title");
  document.body.append(dialog);
  let opener = null;
  dialog.addEventListener("close", () => { if (opener) opener.focus(); });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("a[href^='#']")) {
      if (event.target !== dialog) opener = null;
      dialog.close();
    }
  });

  const factList = (texts) => {
    const list = make("dl", "facts");
    for (let at = 0; at < texts.length; at += 2) {
      const row = make("div");
      row.append(make("dt", "", behind.texts[texts[at]]), make("dd", "", behind.texts[texts[at + 1]]));
      list.append(row);
    }
    return list;
  };

  const definition = (ref) => {
    const article = document.getElementById("def-" + ref);
    if (!article) return [];
    const part = make("div", "meaning");
    for (const child of article.children) {
      if (child.tagName !== "H3") part.append(child.cloneNode(true));
    }
    const head = make("h3");
    const link = make("a", "", words.definition);
    link.href = "#def-" + ref;
    head.append(link);
    return [head, part];
  };

  const sample = (id) => {
    const stored = document.getElementById("template-" + id);
    const found = stored ? stored.content.querySelector(".example") : document.getElementById(id);
    if (!found) return [];
    const copy = found.cloneNode(true);
    copy.removeAttribute("id");
    copy.open = false;
    return [copy];
  };

  const show = (button) => {
    const [title, value, ref, facts, samples] = behind.abouts[button.dataset.about];
    const head = make("h2", "", behind.texts[title]);
    head.id = "behind-title";
    const close = make("button", "close", words.close);
    close.type = "button";
    close.addEventListener("click", () => dialog.close());
    const shown = samples.flatMap((id) => sample(behind.texts[id]));
    const more = shown.length ? [make("h3", "", words.examples), ...shown] : [];
    dialog.replaceChildren(
      head, make("p", "big", behind.texts[value]), factList(facts),
      ...definition(behind.texts[ref]), ...more, close,
    );
    opener = button;
    dialog.showModal();
    close.focus();
    dialog.scrollTop = 0;
  };

  // Numbers become buttons. Those of a table are one stop of the Tab key; arrows move inside.
  const buttons = (root) => [...root.querySelectorAll("button.value")];
  for (const place of document.querySelectorAll(".value[data-about]")) {
    const button = make("button", "value", place.textContent);
    button.type = "button";
    button.dataset.about = place.dataset.about;
    button.setAttribute("aria-haspopup", "dialog");
    if (place.closest("table")) button.tabIndex = -1;
    place.replaceWith(button);
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.value");
    if (button) show(button);
  });

  const rove = (table) => {
    const first = buttons(table)[0];
    if (first) first.tabIndex = 0;
    table.addEventListener("focusin", (event) => {
      if (!event.target.matches("button.value")) return;
      for (const other of table.querySelectorAll("button.value[tabindex='0']")) other.tabIndex = -1;
      event.target.tabIndex = 0;
    });
    table.addEventListener("keydown", (event) => {
      if (!event.target.matches("button.value")) return;
      const next = neighbour(table, event.target, event.key);
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
  };

  const neighbour = (table, button, key) => {
    const cell = button.closest("th, td"), row = cell.parentNode;
    const side = { ArrowLeft: "previousElementSibling", ArrowRight: "nextElementSibling" }[key];
    if (side) {
      for (let at = cell[side]; at; at = at[side]) {
        if (at.querySelector("button.value")) return at.querySelector("button.value");
      }
      return null;
    }
    const step = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (!step) return null;
    const rows = [...table.rows];
    for (let at = rows.indexOf(row) + step; rows[at]; at += step) {
      const other = rows[at].cells[cell.cellIndex];
      const found = rows[at].hidden || !other ? null : other.querySelector("button.value");
      if (found) return found;
    }
    return null;
  };

  // Tables sort within their groups; totals stay where they are.
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const compare = (one, other, sign) => {
    const a = one.dataset.sort, b = other.dataset.sort;
    if (a !== undefined && b !== undefined) return (a - b) * sign;
    if (a !== undefined || b !== undefined) return a !== undefined ? -1 : 1;
    return collator.compare(one.textContent, other.textContent) * sign;
  };
  const sort = (table, head) => {
    const at = head.cellIndex;
    const isNumber = head.classList.contains("number");
    const before = head.getAttribute("aria-sort");
    const down = before ? before === "ascending" : isNumber;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    for (const body of table.tBodies) {
      const rows = [...body.rows].filter((row) => row.className === "");
      const rest = [...body.rows].filter((row) => row.className === "total");
      rows.sort((a, b) => compare(a.cells[at], b.cells[at], down ? -1 : 1));
      body.append(...rows, ...rest);
    }
  };
  const filter = (table) => {
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => row.className === "");
    const bar = make("div", "filter"), label = make("label", "", words.filter + " ");
    const input = make("input"), count = make("span");
    input.type = "search";
    input.placeholder = words.filter_hint;
    count.setAttribute("role", "status");
    label.append(input);
    bar.append(label, count);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      for (const row of rows) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        shown += !row.hidden;
      }
      count.textContent = wanted ? say("filter_count", { shown, all: rows.length }) : "";
    });
    table.closest(".scroll").before(bar);
  };
  for (const table of document.querySelectorAll("table")) {
    rove(table);
    if ([...table.tBodies].some((body) => body.rows.length > 2)) {
      for (const head of table.tHead.rows[0].cells) {
        const button = make("button");
        button.type = "button";
        const link = head.querySelector("a");
        const name = head.textContent.trim();
        if (link) {
          // The title leads to its definition, so the arrow beside it sorts.
          button.setAttribute("aria-label", say("sort", { column: name }));
          head.append(" ", button);
        } else {
          button.textContent = name;
          head.replaceChildren(button);
        }
        button.addEventListener("click", () => sort(table, head));
      }
    }
    if (table.hasAttribute("data-long")) filter(table);
  }

  // Charts say the value under the pointer, or with the arrow keys.
  const tip = make("div", "tip"), dot = make("div", "dot"), live = make("div", "hidden-words");
  live.setAttribute("aria-live", "polite");
  document.body.append(live);
  const hide = () => { tip.remove(); dot.remove(); };
  const point = (svg, spot) => {
    const [x, y, text] = spot, box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
    const host = svg.closest("figure, .panel"), room = host.getBoundingClientRect();
    const left = box.left - room.left + (x / view.width) * box.width;
    const top = box.top - room.top + (y / view.height) * box.height;
    host.style.position = "relative";
    tip.textContent = text;
    host.append(dot, tip);
    dot.style.left = left + "px";
    dot.style.top = top + "px";
    const wide = tip.offsetWidth, most = Math.max(room.width - wide, 0);
    tip.style.left = Math.min(Math.max(left - wide / 2, 0), most) + "px";
    tip.style.top = top - tip.offsetHeight - 10 + "px";
  };
  for (const svg of document.querySelectorAll("svg[data-spots]")) {
    const spots = JSON.parse(svg.dataset.spots), reading = svg.dataset.reading;
    let at = -1;
    svg.tabIndex = 0;
    svg.setAttribute("aria-roledescription", words.read_values);
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
      const x = ((event.clientX - box.left) / box.width) * view.width;
      const y = ((event.clientY - box.top) / box.height) * view.height;
      const far = (spot) =>
        (reading.includes("x") ? (spot[0] - x) ** 2 : 0) + (reading.includes("y") ? (spot[1] - y) ** 2 : 0);
      at = spots.reduce((best, spot, place) => (far(spot) < far(spots[best]) ? place : best), 0);
      point(svg, spots[at]);
    });
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("blur", hide);
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") hide();
      if (!step) return;
      event.preventDefault();
      at = Math.min(Math.max(at + step, 0), spots.length - 1);
      point(svg, spots[at]);
      live.textContent = spots[at][2];
    });
  }

  // A link into something closed opens it; the contents show where the reader is.
  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const goal = id && document.getElementById(id);
    for (let node = goal; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
    }
  };
  addEventListener("hashchange", reveal);
  reveal();
  const links = new Map([...document.querySelectorAll("nav a")].map((a) => [a.hash.slice(1), a]));
  const chapters = new Map();
  let chapter = null;
  for (const section of document.querySelectorAll("main > section")) {
    chapter = links.get(section.id) || chapter;
    chapters.set(section, chapter);
  }
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const link = entry.isIntersecting && chapters.get(entry.target);
      if (!link) continue;
      for (const other of links.values()) other.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "0px 0px -70% 0px" });
  for (const section of chapters.keys()) seen.observe(section);
})();
