import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Records that are written together. `source` and `sequence` name it for ever: whoever has seen it knows it again. */
export interface UsageBatch {
  /** The sink that made it. */
  readonly source: string;
  readonly sequence: number;
  /** Each a JSON text of one line. */
  readonly lines: readonly string[];
}

interface Spooled {
  readonly name: string;
  readonly source: string;
  readonly sequence: number;
  readonly records: number;
  readonly bytes: number;
  /** What the disk refused is held in memory. */
  readonly held?: UsageBatch;
}

const FILE_NAME = /^(?<source>[\w-]+)\.(?<sequence>\d{12})\.(?<records>\d+)\.jsonl$/u;

const MAX_HELD_BYTES = 16 * 2 ** 20;

/**
 * Batches on disk, one file each, oldest first; in memory, and fewer of them, where the disk refuses them. The folder belongs to
 * one process at a time.
 */
export class UsageSpool {
  readonly #folder: string;
  readonly #maxBytes: number;
  #files: Spooled[] = [];
  #dropped = 0;

  constructor({ folder, maxBytes }: { readonly folder: string; readonly maxBytes: number }) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  get records(): number {
    return this.#files.reduce((sum, file) => sum + file.records, 0);
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Finds what an earlier process left. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const names = (await readdir(this.#folder)).toSorted();
    // A process that was killed while it wrote leaves a part of a file; what it held is lost.
    await Promise.all(names.filter((name) => name.endsWith('.part')).map((name) => this.#delete(name)));
    const found: Spooled[] = [];
    for (const name of names) {
      const { source, sequence, records } = FILE_NAME.exec(name)?.groups ?? {};
      if (source === undefined) continue;
      const { size } = await stat(join(this.#folder, name));
      found.push({ name, source, sequence: Number(sequence), records: Number(records), bytes: size });
    }
    this.#files = [...found, ...this.#files];
  }

  /**
   * Adds the newest batch. The oldest give way where there are too many.
   *
   * @throws Error where the disk refuses it; it is kept all the same.
   */
  async add(batch: UsageBatch): Promise<void> {
    const { source, sequence, lines } = batch;
    const name = `${source}.${`${sequence}`.padStart(12, '0')}.${lines.length}.jsonl`;
    const text = lines.map((line) => `${line}\n`).join('');
    const entry = { name, source, sequence, records: lines.length, bytes: Buffer.byteLength(text) };
    try {
      await this.#writeFile(name, text);
      this.#files.push(entry);
    } catch (error) {
      this.#files.push({ ...entry, held: batch });
      throw error;
    } finally {
      await this.#makeRoom();
    }
  }

  /** Stays until it is removed. */
  async oldest(): Promise<UsageBatch | undefined> {
    for (;;) {
      const [file] = this.#files;
      if (file === undefined) return undefined;
      if (file.held !== undefined) return file.held;
      try {
        const text = await readFile(join(this.#folder, file.name), 'utf8');
        return { source: file.source, sequence: file.sequence, lines: text.split('\n').slice(0, -1) };
      } catch {
        // Somebody has taken it away.
        this.#files.shift();
        this.#dropped += file.records;
      }
    }
  }

  async removeOldest(): Promise<void> {
    const file = this.#files.shift();
    if (file !== undefined && !isHeld(file)) await this.#delete(file.name);
  }

  async #writeFile(name: string, text: string): Promise<void> {
    const path = join(this.#folder, name);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(`${path}.part`, text, { mode: 0o600 });
    await rename(`${path}.part`, path);
  }

  async #makeRoom(): Promise<void> {
    const isTooMuch = (files: readonly Spooled[], maxBytes: number): boolean =>
      files.reduce((sum, file) => sum + file.bytes, 0) > maxBytes;
    while (isTooMuch(this.#files, this.#maxBytes) || isTooMuch(this.#files.filter(isHeld), MAX_HELD_BYTES)) {
      this.#dropped += this.#files[0]?.records ?? 0;
      await this.removeOldest();
    }
  }

  async #delete(name: string): Promise<void> {
    await rm(join(this.#folder, name), { force: true });
  }
}

function isHeld({ held }: Spooled): boolean {
  return held !== undefined;
}
