/* Reports not yet sent, kept in this browser's database by account and key; photos stand apart, written once. */

const REPORTS = "reports";
const PHOTOS = "photos";

/**
 * What was filled in when it was last changed; photos by the names under which their files are kept.
 * @typedef {object} Draft
 * @property {string} key
 * @property {string} at
 * @property {string} asked
 * @property {boolean} [sent]
 * @property {string | null} category
 * @property {Facts | null} place
 * @property {string} [where] the place in words
 * @property {Record<"severity" | "source" | "reference" | "description", string>} fields
 * @property {{name: string, id: number | null, label?: string}[]} photos with the names of their files
 */

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const answered = (request) => new Promise((found, failed) => {
  request.onsuccess = () => found(request.result);
  request.onerror = () => failed(request.error);
});

/** @returns {Promise<IDBDatabase>} */
async function open() {
  const request = indexedDB.open("onemap-drafts", 1);
  request.onupgradeneeded = () => [REPORTS, PHOTOS].forEach((store) => request.result.createObjectStore(store));
  return answered(request);
}

/** When it was, by the clock in China: month, day, hour and minute. @param {string} iso */
export function moment(iso) {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
  return parts.format(new Date(iso)).slice(5);
}

/** The draft with which a form begins, newest first; whether it belongs to another place than the one asked for. @template {Pick<Draft, "asked" | "place">} T @param {T[]} drafts @param {{lon: string, lat: string}} asked */
export function draftFor(drafts, asked) {
  const here = asked.lon && asked.lat ? drafts.find((draft) => draft.asked === JSON.stringify(asked)) : drafts[0];
  if (here || !drafts.length) return { draft: here ?? null, isElsewhere: false };
  return { draft: drafts[0], isElsewhere: drafts[0].place !== null };
}

export class Drafts {
  /** @param {number} account whose drafts these are: another account of the same browser never reads them */
  constructor(account) {
    this.account = account;
    this.own = IDBKeyRange.bound(`${account}/`, `${account}0`, false, true);
    this.database = open();
    this.database.catch(() => {});
  }

  /**
   * Runs the work in one transaction; answers once it is written. A whole one asks for nothing more once it has begun: it is
   * closed at once, so that it is written even when the page is left in that moment.
   * @param {(reports: IDBObjectStore, photos: IDBObjectStore) => void} work
   */
  async write(work, isWhole = false) {
    const transaction = (await this.database).transaction([REPORTS, PHOTOS], "readwrite");
    await new Promise((done, failed) => {
      transaction.oncomplete = () => done(undefined);
      transaction.onabort = () => failed(transaction.error);
      work(transaction.objectStore(REPORTS), transaction.objectStore(PHOTOS));
      if (isWhole) transaction.commit();
    });
  }

  /** The account's drafts, newest first, each with the files of its photos. @returns {Promise<(Draft & {files: Map<string, File>})[]>} */
  async read() {
    const transaction = (await this.database).transaction([REPORTS, PHOTOS]);
    const [reports, photos] = [transaction.objectStore(REPORTS), transaction.objectStore(PHOTOS)];
    const asked = [reports.getAll(this.own), reports.get(this.account), photos.getAllKeys(this.own), photos.getAll(this.own)].map(answered);
    const [drafts, older, names, kept] = await Promise.all(asked);
    if (older && !drafts.some((/** @type {Draft} */ draft) => draft.key === older.key)) drafts.push(older); // as it was kept when there was one alone
    const files = new Map(names.map((/** @type {IDBValidKey} */ name, /** @type {number} */ nth) => [String(name).slice(`${this.account}/`.length), kept[nth]]));
    return drafts.map((/** @type {Draft} */ draft) => ({ ...draft, files })).sort((/** @type {Draft} */ one, /** @type {Draft} */ other) => other.at.localeCompare(one.at));
  }

  /** @param {Draft} draft */
  save(draft) {
    return this.write((reports) => reports.put(draft, `${this.account}/${draft.key}`), true);
  }

  /** Says of a draft, if it is still there, whether it went off and no answer came. @param {string} key @param {boolean} sent */
  markSent(key, sent) {
    return this.write((reports) => {
      const kept = reports.get(`${this.account}/${key}`);
      kept.onsuccess = () => kept.result && reports.put({ ...kept.result, sent }, `${this.account}/${key}`);
    });
  }

  /** @param {string} name @param {File} file */
  savePhoto(name, file) {
    return this.write((_, photos) => photos.put(file, `${this.account}/${name}`), true);
  }

  /** @param {string} name */
  dropPhoto(name) {
    return this.write((_, photos) => photos.delete(`${this.account}/${name}`), true);
  }

  /** Removes one draft and its photos. @param {string} key @param {string[]} names */
  remove(key, names) {
    return this.write((reports, photos) => {
      reports.delete(`${this.account}/${key}`);
      const older = reports.get(this.account);
      older.onsuccess = () => older.result?.key === key && reports.delete(this.account);
      for (const name of names) photos.delete(`${this.account}/${name}`);
    });
  }
}
