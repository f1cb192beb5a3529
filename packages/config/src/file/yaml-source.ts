import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { ConfigPath } from './problem.js';

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** A YAML file as plain data that still knows where each part of it was written. */
export interface YamlSource {
  readonly value: unknown;
  /** Of the key, or the list's element, that a path leads to; of the nearest one above it where it leads nowhere. */
  readonly positionOf: (path: ConfigPath) => Position;
}

export interface YamlError {
  readonly position: Position;
  readonly message: string;
}

/** Reads one YAML 1.2 document, with the merge keys (`<<`) that files for YAML 1.1 parsers use. */
export function parseYaml(text: string): YamlSource | { readonly errors: readonly YamlError[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // Some messages end with the text they stumbled over, which may be a secret.
  const errors = document.errors.map((error) => ({
    position: positionAt(error.pos[0]),
    message: error.message.replace(/: ".*$/su, ''),
  }));
  if (errors.length > 0) return { errors };

  try {
    return { value: document.toJS(), positionOf: (path) => positionAt(offsetOf(document, path)) };
  } catch (cause) {
    // Aliases without an anchor, or so many that expanding them would fill memory.
    return { errors: [{ position: { line: 1, column: 1 }, message: messageOf(cause) }] };
  }
}

function offsetOf(document: Document, path: ConfigPath): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined || !isScalar(pair.key)) return offset;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      const item: unknown = node.items[step];
      if (!(isMap(item) || isSeq(item) || isScalar(item) || isAlias(item))) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
