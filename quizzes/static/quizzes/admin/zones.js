// The question form: areas are drawn on the chosen picture, by pointer or keyboard. Their coordinates stay an editable
// text ("x y width height" on a grid of 10000), which is all that is stored and the whole way without this script.
// Works on every list of areas (contentpath "zones") beside a picture (contentpath "image"), whenever it appears.
(() => {
  const PICTURES = document.currentScript.dataset.pictures;
  const GRID = 10000, SMALL = 100;
  const SVG = "http://www.w3.org/2000/svg";
  const SHAPES = { rect: "rectangle", ellipse: "ellipse", polygon: "polygon" };
  const HELP = "Choose a shape, then drag on the picture; for a polygon click its corners and press Enter. By keyboard: " +
    "Enter on a shape puts it in the middle, arrow keys move an area, Shift and arrow keys change its size.";
  const START = { rect: [3750, 3750, 2500, 2500], ellipse: [3750, 3750, 2500, 2500], polygon: [5000, 3500, 6500, 5000, 5000, 6500, 3500, 5000] };
  const clamp = (value, low = 0, high = GRID) => Math.max(low, Math.min(high, Math.round(value)));

  const element = (name, attributes, text = "") => {
    const made = document.createElement(name);
    Object.assign(made, attributes);
    if (text) made.textContent = text;
    return made;
  };
  const draw = (name, attributes, parent, text = "") => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    parent.append(made);
    return made;
  };

  // Left, top, width, height of the numbers of a shape.
  const boxOf = (shape, at) => {
    if (shape !== "polygon") return at;
    const across = at.filter((_, place) => place % 2 === 0), down = at.filter((_, place) => place % 2);
    const left = Math.min(...across), top = Math.min(...down);
    return [left, top, Math.max(...across) - left, Math.max(...down) - top];
  };
  // The same shape in another box.
  const fit = (shape, at, [left, top, width, height]) => {
    if (shape !== "polygon") return [left, top, width, height];
    const [x, y, w, h] = boxOf(shape, at);
    return at.map((value, place) => (place % 2 ? clamp(top + ((value - y) * height) / (h || 1)) : clamp(left + ((value - x) * width) / (w || 1))));
  };
  const moved = (shape, at, right, down) => {
    const [left, top, width, height] = boxOf(shape, at);
    return fit(shape, at, [clamp(left + right, 0, GRID - width), clamp(top + down, 0, GRID - height), width, height]);
  };
  const sized = (shape, at, wider, higher) => {
    const [left, top, width, height] = boxOf(shape, at);
    return fit(shape, at, [left, top, clamp(width + wider, SMALL, GRID - left), clamp(height + higher, SMALL, GRID - top)]);
  };

  class Surface {
    constructor(list, form) {
      this.list = list;
      this.form = form;
      this.groups = new Map();
      this.selected = null;
      this.tool = "";
      this.corners = [];
      this.height = GRID;
      this.root = element("div", { className: "zones" });
      const tools = element("div", { className: "zones-tools" });
      this.buttons = Object.fromEntries(Object.entries(SHAPES).map(([shape, word]) => {
        const button = element("button", { type: "button", className: "button button-small button-secondary" }, `Draw ${word}`);
        button.setAttribute("aria-pressed", "false");
        button.addEventListener("click", (event) => this.choose(shape, event.detail === 0));
        tools.append(button);
        return [shape, button];
      }));
      this.frame = element("div", { className: "zones-frame", hidden: true });
      this.image = element("img", { alt: "" });
      this.svg = draw("svg", { viewBox: `0 0 ${GRID} ${GRID}` }, this.frame);
      this.frame.prepend(this.image);
      this.said = element("p", { className: "zones-help" });
      this.said.setAttribute("role", "status");
      this.root.append(tools, element("p", { className: "zones-help" }, HELP), this.frame, this.said);
      this.tools = tools;
      this.list.querySelector("[data-streamfield-list-container]").before(this.root);
      this.listen();
    }

    get items() {
      return [...this.list.querySelectorAll("[data-zone-at]")].filter((at) => {
        const gone = this.field(at, "deleted", at.name.replace(/value-at$/, "deleted"));
        return !gone || !gone.value;
      });
    }

    field(at, name, full = at.name.replace(/at$/, name)) {
      return this.list.querySelector(`[name="${CSS.escape(full)}"]`);
    }

    shape(at) { return this.field(at, "shape").value; }

    read(at) {
      const numbers = at.value.trim().split(/[\s,;]+/).map(Number);
      const whole = at.value.trim() && numbers.every((number) => Number.isInteger(number) && number >= 0 && number <= GRID);
      const polygon = this.shape(at) === "polygon";
      return whole && (polygon ? numbers.length >= 6 && numbers.length % 2 === 0 : numbers.length === 4) ? numbers : null;
    }

    write(at, numbers) {
      at.value = numbers.join(" ");
      at.dispatchEvent(new Event("input", { bubbles: true }));
      at.dispatchEvent(new Event("change", { bubbles: true }));
      this.render();
    }

    say(text) { this.said.textContent = text; }

    // The picture that is chosen above, asked for once per choice.
    async load() {
      const chosen = ["figure", "picture"]
        .map((name) => [name, (this.form.querySelector(`[name$="-image-${name}"]`) || {}).value])
        .find(([, value]) => value);
      const wanted = chosen ? chosen.join("=") : "";
      if (wanted === this.loaded) return;
      this.loaded = wanted;
      let found = null;
      if (wanted) {
        const answer = await fetch(`${PICTURES}?${wanted}`, { headers: { Accept: "application/json" } }).catch(() => null);
        found = answer && answer.ok ? await answer.json() : null;
        if (this.loaded !== wanted) return;
      }
      this.frame.hidden = this.tools.hidden = !found;
      if (!found) {
        this.say(wanted ? "This picture cannot be shown here. Coordinates can be typed below." : "Choose a figure or a picture above, and draw the areas on it here.");
        return;
      }
      this.say("");
      this.height = Math.floor((GRID * found.height) / found.width);
      Object.assign(this.image, { src: found.url, width: found.width, height: found.height });
      this.svg.setAttribute("viewBox", `0 0 ${GRID} ${this.height}`);
      this.render();
    }

    render() {
      const items = this.items, down = (y) => (y * this.height) / GRID;
      for (const [at, group] of this.groups) if (!items.includes(at)) { group.remove(); this.groups.delete(at); }
      if (this.selected && !items.includes(this.selected)) this.selected = null;
      for (const old of this.svg.querySelectorAll(":scope > .zones-draft, :scope > .zones-handle")) old.remove();
      items.forEach((at, place) => {
        const numbers = this.read(at), shape = this.shape(at);
        let group = this.groups.get(at);
        if (!numbers) { if (group) { group.remove(); this.groups.delete(at); } return; }
        if (!group) {
          group = draw("g", { class: "zones-area", tabindex: 0, role: "button" }, this.svg);
          group.addEventListener("focus", () => this.select(at));
          group.addEventListener("keydown", (event) => this.key(event, at));
          this.groups.set(at, group);
        }
        const [left, top, width, height] = boxOf(shape, numbers);
        const name = this.field(at, "name").value;
        group.classList.toggle("is-selected", at === this.selected);
        group.setAttribute("aria-pressed", String(at === this.selected));
        group.setAttribute("aria-label", `Area ${place + 1}${name ? `, ${name}` : ""}: ${SHAPES[shape]}, ${width} wide and ${height} high at ${left}, ${top}`);
        group.replaceChildren();
        for (const layer of ["halo", "line"]) {
          if (shape === "polygon") {
            const points = numbers.map((value, index) => (index % 2 ? down(value) : value));
            draw("polygon", { class: layer, points: points.join(" ") }, group);
          } else if (shape === "ellipse") {
            draw("ellipse", { class: layer, cx: left + width / 2, cy: down(top + height / 2), rx: width / 2, ry: down(height / 2) }, group);
          } else draw("rect", { class: layer, x: left, y: down(top), width, height: down(height) }, group);
        }
        const x = left + width / 2, y = down(top + height / 2);
        draw("rect", { class: "badge", x: x - 310, y: y - 310, width: 620, height: 620, rx: 60 }, group);
        draw("text", { x, y, "text-anchor": "middle", "dominant-baseline": "central" }, group, place + 1);
      });
      this.renderHandles(down);
    }

    renderHandles(down) {
      if (this.corners.length) {
        const points = this.corners.map((value, index) => (index % 2 ? down(value) : value));
        draw("polyline", { class: "zones-draft", points: points.join(" ") }, this.svg);
      }
      const numbers = this.selected && this.read(this.selected);
      if (!numbers || this.tool) return;
      const shape = this.shape(this.selected), [left, top, width, height] = boxOf(shape, numbers);
      const ends = shape === "polygon" ? numbers : [left + width, top + height];
      for (let place = 0; place < ends.length; place += 2) {
        draw("circle", { class: "zones-handle", cx: ends[place], cy: down(ends[place + 1]), r: 170, "data-place": place }, this.svg);
      }
    }

    select(at) {
      if (this.selected === at) return;
      this.selected = at;
      this.render();
    }

    choose(shape, byKeyboard) {
      this.corners = [];
      this.tool = byKeyboard || this.tool === shape ? "" : shape;
      for (const [name, button] of Object.entries(this.buttons)) button.setAttribute("aria-pressed", String(name === this.tool));
      this.frame.toggleAttribute("data-tool", Boolean(this.tool));
      if (!byKeyboard) { this.render(); return; }
      const at = this.add(shape, START[shape]);
      if (at) setTimeout(() => this.groups.get(at).focus(), 60); // after Wagtail has put the focus into the new entry
    }

    // A new area: in the first entry that has no coordinates yet, else in a new entry at the end of the list.
    add(shape, numbers) {
      const before = this.items;
      let at = before.find((one) => !one.value.trim());
      if (!at) {
        const container = this.list.querySelector("[data-streamfield-list-container]");
        const buttons = container.querySelectorAll(":scope > [data-streamfield-list-add]");
        if (buttons.length) buttons[buttons.length - 1].click();
        at = this.items.find((one) => !before.includes(one));
      }
      if (!at) { this.say("No more areas can be added."); return null; }
      const choice = this.field(at, "shape");
      choice.value = shape;
      choice.dispatchEvent(new Event("change", { bubbles: true }));
      this.selected = at;
      this.write(at, numbers);
      this.say(`Area ${this.items.indexOf(at) + 1} is drawn. Give it a name in the list below.`);
      return at;
    }

    key(event, at) {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      const numbers = this.read(at);
      if (!way || !numbers) return;
      event.preventDefault();
      const step = event.altKey ? 10 : 100;
      this.write(at, (event.shiftKey ? sized : moved)(this.shape(at), numbers, way[0] * step, way[1] * step));
    }

    point(event) {
      const box = this.svg.getBoundingClientRect();
      return [clamp(((event.clientX - box.left) / box.width) * GRID), clamp(((event.clientY - box.top) / box.height) * GRID)];
    }

    listen() {
      const follow = (move, end) => {
        const stop = (event) => {
          removeEventListener("pointermove", move);
          removeEventListener("pointerup", stop);
          removeEventListener("pointercancel", stop);
          if (end) end(event);
        };
        addEventListener("pointermove", move);
        addEventListener("pointerup", stop);
        addEventListener("pointercancel", stop);
      };
      this.svg.addEventListener("pointerdown", (event) => {
        if (event.button) return;
        if (this.tool) event.preventDefault();
        const start = this.point(event);
        if (this.tool === "polygon") this.corner(start);
        else if (this.tool) this.drag(start, follow);
        else if (event.target.matches(".zones-handle")) this.pull(Number(event.target.dataset.place), follow);
        else this.carry(event, start, follow);
      });
      addEventListener("keydown", (event) => {
        if (this.tool === "polygon" && this.corners.length && ["Enter", "Escape"].includes(event.key)) {
          event.preventDefault();
          if (event.key === "Enter") this.close();
          else { this.corners = []; this.render(); }
        }
      });
    }

    drag([x, y], follow) {
      const shape = this.tool;
      let numbers = null;
      follow((event) => {
        const [right, bottom] = this.point(event);
        numbers = [Math.min(x, right), Math.min(y, bottom), Math.abs(right - x), Math.abs(bottom - y)];
        this.render();
        const [left, top, width, height] = numbers, down = (value) => (value * this.height) / GRID;
        draw("rect", { class: "zones-draft", x: left, y: down(top), width, height: down(height) }, this.svg);
      }, () => {
        if (numbers && numbers[2] >= SMALL && numbers[3] >= SMALL) { this.choose(shape, false); this.add(shape, numbers); } else this.render();
      });
    }

    corner(point) {
      const [x, y] = this.corners, near = this.corners.length >= 6 && Math.hypot(point[0] - x, point[1] - y) < 300;
      if (near) { this.close(); return; }
      this.corners.push(...point);
      this.say(`Corner ${this.corners.length / 2}. Enter, or a click on the first corner, closes the polygon.`);
      this.render();
    }

    close() {
      const numbers = this.corners;
      if (numbers.length < 6) { this.say("A polygon has at least three corners."); return; }
      this.choose("polygon", false);
      this.add("polygon", numbers);
    }

    pull(place, follow) {
      const at = this.selected, shape = this.shape(at);
      follow((event) => {
        const [x, y] = this.point(event), numbers = this.read(at);
        if (shape === "polygon") numbers.splice(place, 2, x, y);
        else numbers.splice(2, 2, clamp(x - numbers[0], SMALL), clamp(y - numbers[1], SMALL));
        this.write(at, numbers);
      });
    }

    carry(event, start, follow) {
      const found = [...this.groups].find(([, group]) => group.contains(event.target));
      if (!found) return;
      const at = found[0], from = this.read(at);
      this.select(at);
      follow((move) => {
        const [x, y] = this.point(move);
        this.write(at, moved(this.shape(at), from, x - start[0], y - start[1]));
      });
    }
  }

  const surfaces = new Map();
  let waiting = false;
  const scan = () => {
    waiting = false;
    for (const list of document.querySelectorAll('[data-contentpath="zones"]')) {
      const form = list.parentElement;
      if (!form.querySelector(':scope > [data-contentpath="image"]') || !list.querySelector("[data-streamfield-list-container]")) continue;
      if (!surfaces.has(list)) surfaces.set(list, new Surface(list, form));
    }
    for (const [list, surface] of surfaces) {
      if (!list.isConnected) surfaces.delete(list);
      else { surface.load(); surface.render(); }
    }
  };
  const soon = () => {
    if (!waiting) { waiting = true; requestAnimationFrame(scan); }
  };
  const start = () => {
    new MutationObserver((records) => {
      if (records.some(({ target }) => !(target.closest && target.closest(".zones")))) soon();
    }).observe(document.body, { childList: true, subtree: true });
    for (const name of ["input", "change"]) {
      document.addEventListener(name, (event) => { if (event.target.closest && event.target.closest("[data-contentpath]")) soon(); });
    }
    soon();
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
