/* Reports not yet sent, kept in this browser's database, one for each account; photos stand apart, written once. */

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
 * @property {Record<"severity" | "source" | "reference" | "description", string>} fields
 * @property {{name: string, id: number | null}[]} photos
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

export class Drafts {
  /** @param {number} account whose drafts these are: another account of the same browser never reads them */
  constructor(account) {
    this.account = account;
    this.photos = IDBKeyRange.bound(`${account}/`, `${account}0`, false, true);
    this.database = open();
    this.database.catch(() => {});
  }

  /** Runs the work in one transaction; answers once it is written. @param {(reports: IDBObjectStore, photos: IDBObjectStore) => void} work */
  async write(work) {
    const transaction = (await this.database).transaction([REPORTS, PHOTOS], "readwrite");
    await new Promise((done, failed) => {
      transaction.oncomplete = () => done(undefined);
      transaction.onabort = () => failed(transaction.error);
      work(transaction.objectStore(REPORTS), transaction.objectStore(PHOTOS));
    });
  }

  /** The account's draft with the files of its photos, or null. @returns {Promise<(Draft & {files: Map<string, File>}) | null>} */
  async read() {
    const transaction = (await this.database).transaction([REPORTS, PHOTOS]);
    const draft = answered(transaction.objectStore(REPORTS).get(this.account));
    const names = answered(transaction.objectStore(PHOTOS).getAllKeys(this.photos));
    const files = answered(transaction.objectStore(PHOTOS).getAll(this.photos));
    const found = await draft;
    const named = (await names).map((name) => String(name).slice(`${this.account}/`.length));
    const kept = await files;
    return found ? { ...found, files: new Map(named.map((name, nth) => [name, kept[nth]])) } : null;
  }

  /** @param {Draft} draft */
  save(draft) {
    return this.write((reports) => reports.put(draft, this.account));
  }

  /** @param {string} name @param {File} file */
  savePhoto(name, file) {
    return this.write((_, photos) => photos.put(file, `${this.account}/${name}`));
  }

  /** @param {string} name */
  dropPhoto(name) {
    return this.write((_, photos) => photos.delete(`${this.account}/${name}`));
  }

  /** Removes the account's draft and its photos. */
  clear() {
    return this.write((reports, photos) => {
      reports.delete(this.account);
      photos.delete(this.photos);
    });
  }
}
