/* What the scripts share with the page, with Dash and with the server, for tsc alone. */

type MapLibre = typeof import("maplibre-gl");
type WaterMap = import("maplibre-gl").Map;
type MapStyle = import("maplibre-gl").StyleSpecification;
type GeoJSONSource = import("maplibre-gl").GeoJSONSource;
type LngLat = import("maplibre-gl").LngLat;
type Lonlat = [number, number];
type Bounds = [west: number, south: number, east: number, north: number];
type Facts = Record<string, unknown>;
type Words = Record<string, string>;

/* ---- the map */

interface Palette {
  land: string; out: string; boundary: string; halo: string; water: string; canal: string; valley: string;
  label: string; grid: string; casing: string; surface: string; text: string; text2: string; accent: string;
  track: string; pinLine: string; pinBody: string; red: string; onRed: string; chosen: string; font: string;
  classes: string[]; on: string[]; lights: Record<string, string>;
}
interface Basemap { basemap?: string; attribution?: string; ledger?: boolean; basis?: string }
interface Calendar { off?: string[]; work?: string[] }
interface Padding { left: number; right: number; top: number; bottom: number }
interface Colour { cls: number; state: string }
type WaterKind = "reach" | "lake";
type ToldWaters = Record<WaterKind, Record<string, Colour>>;
interface Thing { kind: string; id: number }

/* A station, a board, a water or a problem as the server tells it; a part that has no say is absent. */
interface Properties {
  kind: string; name: string; name_en?: string | null; code?: string | null; of_river?: boolean; icon?: string; label?: string;
  cls?: number; state?: string; comp?: string; mult?: number; have?: number; need?: number; meets?: boolean;
  off?: boolean; at?: string; last?: number; n?: number; valid?: number;
  light?: string; days?: number; due?: number; category?: string; status?: string; returned?: boolean;
}
type Shape = import("geojson").Point | import("geojson").LineString | import("geojson").MultiLineString | import("geojson").Polygon | import("geojson").MultiPolygon;
/* What was found on the map, in the list or by the server: where it lies, and what it is. */
interface Found { id: number; geometry?: Shape | null; properties: Properties }
interface PointFeature extends Found { type: "Feature"; geometry: { type: "Point"; coordinates: Lonlat } }
interface Listing { total: number; things: Found[] }
interface Hit extends Thing { name: string; name_en: string | null; code: string | null; beside: string | null; beside_en?: string | null; bounds: Bounds | null }

interface Strip {
  meets: number; below: number; unsure: number; none: number; exceeding: number; offline: number; sections: number;
  outfalls: number; intakes: number; devices: number; classes: number[]; [count: string]: number | number[];
}
interface MapState {
  change_no: number; ledger_no?: number; as_of: string; month?: [string, string]; bounds: Bounds | null; strip: Strip;
  boards: number; only?: Thing; calendar?: Calendar;
}
/* `boxes` covers every place where the picture may differ. */
interface Change { change_no: number; stations?: PointFeature[]; waters: ToldWaters; strip?: Strip; boxes?: Bounds[] }
interface LedgerChange { anew?: boolean; change_no: number; problems: PointFeature[]; gone: number[]; patrols?: boolean; boxes?: Bounds[] }
interface News { overdue: number; open: number; soon: number; unread: number; patrols: number; longest: number | null; [count: string]: number | null }
interface View { camera: { zoom: number; center: Lonlat } | null; off: string[] | null; basis: string; filter: string | null; selection: Thing | null }

/* ---- the ledger's forms */

interface Option { value: string; word: string; hint?: string }
interface OptionGroup { word: string; hint?: string; options: Option[] }
interface FieldSpec {
  kind: string; name: string; label: string; required?: boolean; hint?: string; either?: boolean; value?: string; empty?: string;
  groups?: OptionGroup[]; options?: Option[]; number?: boolean; least?: string; last?: string; proposed?: string; most?: number;
}
interface DialogSpec {
  title: string; note: string; confirm: string; done: string; foot: string; danger: boolean; fields: FieldSpec[];
  basis: { title: string; lines: string[]; photos: number[] } | null;
  checks: { state: "fits" | "doubtful" | "unknown" | "missing"; said: string; name: string; value: string; limit: string }[];
}
interface ToldProblem {
  id: number; number: string; version: number; status: string; lon: number; lat: number; words: Words;
  photos: { id: number; words: string }[]; dialogs: Record<string, DialogSpec>;
}
interface FormField {
  box: HTMLElement; focus?: HTMLElement & { required?: boolean } | null; name: string; either?: boolean;
  value(): unknown; missing(): string; close?(): void; count?(): number; whole?(): Promise<boolean>;
}
interface Placed { nth: number; ok: boolean; lon: number; lat: number; x: number; y: number; crs: string; accuracy_m?: number | null; words: string }
interface ReportForm {
  words: Words; groups: OptionGroup[]; severities: Option[]; sources: Option[]; source: string; most: number;
  account: number; rivers: Option[]; datums: Option[]; bounds: Bounds | null; asked: { lon: string; lat: string };
}
interface Similar { id: number; number: string; words: string; url: string; away_m: number }
interface Answer { ok: boolean; status: number; reason: string; body?: any } // any: each route answers in its own shape

/* ---- the window */

interface Step { number: string; from: { number: string; address: string } | null }
interface Place { top: number; opened: string | null; list: (string | null)[]; from: Step["from"] }
interface Leavable { isFilled(): boolean; ask(): void; close(): void }
interface Clientside {
  no_update: unknown;
  set_props(id: string | Record<string, unknown>, props: Record<string, unknown>): void;
  callback_context: {
    triggered: { prop_id: string; value: unknown }[]; triggered_id: { type: string; index: string };
    inputs_list: { id: string; value?: any }[]; states_list: { id: string; value?: any }[]; // any: each component has values of its own
  };
  [namespace: string]: any; // any: rooms add their functions here
}

interface Window {
  dash_clientside: Clientside;
  dash_ag_grid?: { getApi(id: string): any; getApiAsync(id: string): Promise<any> }; // any: AG Grid is bundled, its types aren't
  dashAgGridComponentFunctions?: Record<string, (props: { data?: any }) => unknown>; // any: rows as the ledger's grid makes them
  React: {
    createElement(...given: unknown[]): unknown;
    useEffect(effect: () => () => void, of: unknown[]): void;
    useState(first: string): [string, (next: string) => void];
  };
  Plotly?: { toImage(figure: object, how: object): Promise<string> };
  onemap: { mounted?: boolean; ready?: boolean; map?: WaterMap; app?: object };
  onemapOpened?: Promise<unknown>;
  onemapLeaving: { hold(dialog: Leavable): () => void; isFilled(): boolean };
  onemapFetching(): boolean;
  onemapPlace: { coming(): Place | null; list(): { address: string; rows: (string | null)[] }; extend(rows: (string | null)[]): void };
  onemapTheme: { current(): string | null; set(scheme: string): void };
  onemap_report_map?: WaterMap;
}
interface WindowEventMap { "onemap:theme": CustomEvent<string>; "onemap:unread": CustomEvent<string[]> }
interface DocumentEventMap {
  "onemap:news": CustomEvent<News>; "onemap:change": CustomEvent<Change>; "onemap:ledger": CustomEvent<LedgerChange>;
}
interface HTMLElement { spot?: WaterMap; shownTrack?: string }
