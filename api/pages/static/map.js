// Maps of days: outlines of towns, highways and routes with numbered stops, drawn by Leaflet out of its Python package.
//
//   import { openMap } from './map.js';
//   const map = await openMap(document.querySelector('.map'));   // a frame of templates/_map.html
//   map.show(routes);          // [{id, name, colour, line: [[lat, lng]], stops: [stop]}]; colour is 0 to 7
//                              // a stop: {id, number, lat, lng, title, text, kind: 'visit' | 'home' | 'me', faded}
//   map.show(routes, { small: true });   // many of them: dots for a pointer alone; the page's lists say the same
//   map.highlight('visit-1');  // a stop's or a route's id; nothing takes the light away
//   map.element.addEventListener('stop', event => event.detail)   // {id, chosen}: pointed at ('' when left), or chosen
//
// No address is asked but our own: tiles come only where the installation has set ROUNDS_TILE_URL.

const AREAS = { className: 'map-area', weight: 1, interactive: false };
const ROADS = {
  arterial: { className: 'map-road', weight: 1, interactive: false },
  toll: { className: 'map-road map-toll', weight: 2, interactive: false },
  motorway: { className: 'map-road map-motorway', weight: 2.5, interactive: false },
};
const GTA = [[43.35, -80.35], [44.0, -79.2]];

/** Makes a frame a map. What it needs is fetched now, not with the page. */
export async function openMap(element) {
  const { leaflet, style, base, tiles, credit, routes } = element.dataset;
  const [, , ground] = await Promise.all([styled(style), scripted(leaflet), fetch(base).then(answer => answer.json())]);
  element.hidden = false;
  const map = new RouteMap(element, { tiles, credit, ground });
  if (routes) map.show(JSON.parse(routes));
  return map;
}

class RouteMap {
  constructor(element, { tiles, credit, ground }) {
    this.element = element;
    this.leaflet = L.map(element, {
      zoomSnap: .25, zoomDelta: 1, attributionControl: false, scrollWheelZoom: false, maxZoom: tiles ? 18 : 14,
      zoomAnimation: calm(), fadeAnimation: calm(), markerZoomAnimation: calm(), inertia: calm(),
    });
    this.leaflet.fitBounds(GTA);
    L.control.attribution({ prefix: false }).addAttribution(credit || 'Outlines: GeoNames; roads: TTS2016R').addTo(this.leaflet);
    if (tiles) L.tileLayer(tiles, { maxZoom: 19 }).addTo(this.leaflet);
    else this.#draw(ground);
    this.drawn = L.layerGroup().addTo(this.leaflet);
    this.byId = new Map();
    // A wheel zooms only after the map was meant: a page scrolls over it otherwise.
    this.leaflet.on('focus', () => this.leaflet.scrollWheelZoom.enable());
    this.leaflet.on('blur', () => this.leaflet.scrollWheelZoom.disable());
    new ResizeObserver(() => this.leaflet.invalidateSize()).observe(element);
  }

  #draw({ areas, nodes, roads }) {
    for (const { name, rings } of areas) {
      const area = L.polygon(rings.map(ring => [ring]), AREAS).addTo(this.leaflet);
      if (name) label(name, area.getBounds().getCenter()).addTo(this.leaflet);
    }
    for (const [kind, edges] of Object.entries(roads)) {
      L.polyline(edges.map(ends => ends.map(row => nodes[row])), ROADS[kind]).addTo(this.leaflet);
    }
  }

  /** Draw these routes in place of those before. The view stays, unless `fit` says otherwise. */
  show(routes, { fit = true, small = false } = {}) {
    this.drawn.clearLayers();
    this.byId.clear();
    const seen = L.latLngBounds([]);
    for (const route of routes) {
      const line = L.polyline(route.line, { className: `map-route map-colour-${route.colour ?? 0}`, weight: 4, interactive: false });
      line.addTo(this.drawn);
      this.#keep(route.id, line.getElement());
      for (const point of route.line) seen.extend(point);
      for (const stop of apart(route.stops)) {
        const marker = this.#marker(stop, route, small).addTo(this.drawn);
        this.#keep(stop.id, marker.getElement());
        this.#keep(route.id, marker.getElement());
        seen.extend([stop.lat, stop.lng]);
      }
    }
    if (fit && seen.isValid()) this.leaflet.fitBounds(seen, { padding: [28, 28], maxZoom: 13 });
  }

  #marker(stop, route, small) {
    const kind = `${stop.kind || 'visit'}${stop.faded ? ' faded' : ''}${small ? ' small' : ''}`;
    const size = small ? 22 : 44;
    const icon = L.divIcon({
      className: `map-stop ${kind} map-colour-${route.colour ?? 0}`, html: '<span></span>', iconSize: [size, size], iconAnchor: [size / 2, size / 2],
    });
    const marker = L.marker([stop.lat, stop.lng], { icon, keyboard: !small, riseOnHover: true });
    const words = document.createElement('div');
    for (const part of [stop.title, stop.text].filter(Boolean)) words.append(Object.assign(document.createElement('p'), { textContent: part }));
    if (!small) marker.bindPopup(words, { closeButton: false, autoPanPadding: [16, 16] });
    marker.on('add', () => {
      const node = marker.getElement();
      node.firstChild.textContent = stop.number ?? '';
      if (small) node.setAttribute('aria-hidden', 'true');
      else {
        node.setAttribute('aria-label', [stop.number, stop.title, stop.text].filter(Boolean).join(', '));
        node.setAttribute('role', 'button');
      }
      for (const [name, id] of [['mouseenter', stop.id], ['focus', stop.id], ['mouseleave', ''], ['blur', '']]) {
        node.addEventListener(name, () => this.#tell(id));
      }
    });
    marker.on('click', () => this.#tell(stop.id, true));
    return marker;
  }

  #keep(id, node) {
    if (!this.byId.has(id)) this.byId.set(id, []);
    this.byId.get(id).push(node);
  }

  #tell(id, chosen = false) {
    this.highlight(id);
    this.element.dispatchEvent(new CustomEvent('stop', { detail: { id, chosen } }));
  }

  /** Put a stop or a whole route in the light. */
  highlight(id = '') {
    for (const nodes of this.byId.values()) for (const node of nodes) node.classList.remove('lit');
    for (const node of this.byId.get(id) || []) node.classList.add('lit');
    this.element.classList.toggle('has-lit', this.byId.has(id));
  }
}

/** Stops at one point stand beside each other. */
function apart(stops) {
  const taken = new Map();
  return stops.map(stop => {
    const at = `${stop.lat.toFixed(4)},${stop.lng.toFixed(4)}`;
    const before = taken.get(at) || 0;
    taken.set(at, before + 1);
    return before ? { ...stop, lng: stop.lng + .012 * before } : stop;
  });
}

function label(name, where) {
  const icon = L.divIcon({ className: 'map-name', html: '<span></span>', iconSize: [0, 0] });
  const marker = L.marker(where, { icon, interactive: false, keyboard: false, zIndexOffset: -10_000 });
  marker.on('add', () => {
    marker.getElement().firstChild.textContent = name;
    marker.getElement().setAttribute('aria-hidden', 'true');
  });
  return marker;
}

function calm() {
  return !matchMedia('(prefers-reduced-motion: reduce)').matches;
}

function scripted(url) {
  if (window.L) return undefined;
  return new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement('script'), { src: url, onload: resolve, onerror: reject }));
  });
}

function styled(url) {
  if (document.querySelector(`link[href="${url}"]`)) return undefined;
  return new Promise((resolve, reject) => {
    // First of all, so that ours stand over it.
    document.head.prepend(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url, onload: resolve, onerror: reject }));
  });
}
