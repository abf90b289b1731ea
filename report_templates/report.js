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
  dialog.addEventListener("close", () => { if (opener) opener.focus({ preventScroll: true }); });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("a[href^='#']")) {
      if (event.target !== dialog) opener = null;
      dialog.close();
    }
  });

  const text = (at) => behind.texts[at];
  const facts = (pairs) => {
    const list = make("dl", "facts");
    for (const [name, value] of pairs) {
      const row = make("div");
      row.append(make("dt", "", name), make("dd", "", value));
      list.append(row);
    }
    return list;
  };
  const paired = (texts) => {
    const pairs = [];
    for (let at = 0; at < texts.length; at += 2) pairs.push([text(texts[at]), text(texts[at + 1])]);
    return pairs;
  };

  // What a KPI or a table means; a table is explained where it stands.
  const definition = (ref) => {
    const article = document.getElementById("def-" + ref), section = document.getElementById(ref);
    const part = make("div", "meaning");
    if (article) {
      for (const child of article.children) {
        if (child.tagName !== "H3") part.append(child.cloneNode(true));
      }
    } else if (section) {
      const lead = section.querySelector(".lead");
      if (lead) part.append(make("p", "", lead.textContent));
    } else return [];
    const head = make("h3"), link = make("a", "", words.definition);
    link.href = "#" + (article ? "def-" : "") + ref;
    head.append(link);
    return [head, part];
  };

  // A session stands on the page already, or is told by its messages.
  const sample = (told) => {
    if (told.length === 1) {
      const found = document.getElementById(told[0]);
      if (!found) return [];
      const copy = found.cloneNode(true);
      copy.removeAttribute("id");
      copy.open = false;
      return [copy];
    }
    const [title, reason, named, lines, more] = told;
    const box = make("details", "example"), head = make("summary"), talk = make("ol", "talk");
    head.append(make("span", "example-title", text(title)), " ", make("span", "reason", text(reason)));
    box.append(head);
    if (named.length) {
      const list = make("dl", "example-facts");
      for (const [name, value] of paired(named)) {
        const row = make("div");
        row.append(make("dt", "", name), make("dd", "", value));
        list.append(row);
      }
      box.append(list);
    }
    for (const [time, speaker, key, said, mark] of lines) {
      const side = ["customer", "agent", "other"][key % 4];
      const line = make("li", "side-" + side + (key > 3 ? " key" : "")), who = make("p", "who");
      if (mark !== undefined) line.append(make("p", "clock-mark", text(mark)));
      who.append(make("span", "nb", time), " " + text(speaker));
      line.append(who, make("p", "said", text(said)));
      talk.append(line);
    }
    box.append(talk);
    if (text(more)) box.append(make("p", "line", text(more)));
    return [box];
  };

  // The command that lists what was counted; a name the export lacks cannot be asked for.
  const TRACED = ["shop", "agent", "channel", "day"];
  const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : "'" + word.replaceAll("'", "'\"'\"'") + "'");
  const trace = (ref, parts) => {
    const command = ["cskpi", "explain", ref];
    let span = behind.span;
    for (let at = 0; at < parts.length; at += 2) {
      const [name, value] = [parts[at], parts[at + 1]];
      if (!TRACED.includes(name)) return [];
      if (name === "day") span = [value, value];
      else if (value) command.push("--" + name, quoted(value));
    }
    if (span.length) command.push("--from", span[0], "--to", span[1]);
    return [[words.trace, command.join(" ")]];
  };

  // Of a table that is no KPI the whole row is told, and which column was asked for.
  const rowOf = (place) => {
    const cell = place.closest("td"), table = cell && cell.closest("table");
    if (!table) return [[], []];
    const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());
    const cells = [...cell.parentNode.cells];
    const told = cells.map((one, at) => [heads[at], one.textContent.trim()]);
    return [[told[0][1], heads[cell.cellIndex]], told.filter(([, value]) => value)];
  };

  const show = (number, place, said) => {
    const [title, value, ref, at, more, exact, near] = behind.abouts[number];
    const [name, parts] = behind.places[at], known = text(value);
    const [names, row] = known ? [[name], [...paired(more), ...trace(text(ref), parts)]] : rowOf(place);
    const head = make("h2", "", [text(title), ...names].filter(Boolean).join(" · "));
    head.id = "behind-title";
    const close = make("button", "close", words.close);
    close.type = "button";
    close.addEventListener("click", () => dialog.close());
    const quotes = (exact.length ? exact : near).flatMap((one) => sample(behind.examples[one]));
    const heading = exact.length ? words.examples : words.examples_near;
    dialog.replaceChildren(
      head, make("p", "big", known || said), facts(known ? row : [...row, ...paired(more)]),
      ...definition(text(ref)), ...(quotes.length ? [make("h3", "", heading), ...quotes] : []), close,
    );
    opener = place;
    dialog.showModal();
    close.focus();
    dialog.scrollTop = 0;
  };

  // Numbers become buttons. Those of a table are one stop of the Tab key, arrows move inside; of a
  // card the first is the stop for all.
  const buttons = (root) => [...root.querySelectorAll("button.value")];
  const asButton = (content, number, isStop) => {
    const button = make("button", "value", content);
    button.type = "button";
    button.dataset.about = number;
    button.setAttribute("aria-haspopup", "dialog");
    if (!isStop) button.tabIndex = -1;
    return button;
  };
  for (const place of document.querySelectorAll("span.value[data-about]")) {
    const isStop = !place.closest("table, .card .change, .card .line");
    place.replaceWith(asButton(place.textContent, place.dataset.about, isStop));
  }
  for (const row of document.querySelectorAll("tbody tr")) {
    for (const cell of row.cells) {
      const number = cell.dataset.about || (cell.classList.contains("n") && row.dataset.about);
      const told = [...cell.childNodes].filter((node) => !(node.className && node.className === "mark"));
      const content = told.map((node) => node.textContent).join("").trim();
      if (!number || !content || content === words.none || cell.querySelector("button, a")) continue;
      const button = asButton("", number, false);
      cell.prepend(button);
      button.append(...told);
    }
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.value");
    if (button) show(button.dataset.about, button, button.textContent);
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
    const isNumber = head.classList.contains("n");
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
    const abouts = JSON.parse(svg.dataset.about || "null");
    let at = -1;
    const ask = () => {
      const number = Array.isArray(abouts) ? abouts[at] : abouts;
      if (spots[at] && number !== null && number !== undefined) show(number, svg, spots[at][2]);
    };
    svg.addEventListener("click", ask);
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
      if (event.key === "Enter") {
        // Else the key would also press the button the dialog opens with.
        event.preventDefault();
        ask();
      }
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
