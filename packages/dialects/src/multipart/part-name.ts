import { GatewayError } from '@switchyard/canonical';

/** What the headers of a form's part say of it. */
export interface PartName {
  readonly name: string;
  readonly isFile: boolean;
  /** Whether its bytes are encoded once more. */
  readonly isEncoded: boolean;
}

const DISPOSITION = /^form-data((?:\s*;\s*[\w*-]+=(?:"(?:[^"\\]|\\.)*"|[^\s;"]+))*)\s*$/i;
const PARAMETER = /;\s*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/g;
const UNENCODED: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary']);

/**
 * Reads the headers of a part, each line without its end. (RFC 7578, section 4.2)
 *
 * @throws GatewayError `invalid_request` for what readers could understand differently: a name given twice, or in the
 * extended form that RFC 7578 forbids.
 */
export function parsePartName(headers: string): PartName {
  const lines = headers.split('\r\n').filter((line) => line !== '');
  const values = (wanted: string): string[] =>
    lines
      .map((line) => ({
        name: line.slice(0, Math.max(0, line.indexOf(':'))),
        value: line.slice(line.indexOf(':') + 1),
      }))
      .filter(({ name }) => name.trim().toLowerCase() === wanted)
      .map(({ value }) => value.trim());
  // A folded line belongs to the one before it, for those who still know folding.
  if (lines.some((line) => /^[ \t]|[\r\n]/.test(line))) throw unclear('folded lines');
  const [disposition, ...others] = values('content-disposition');
  const match = DISPOSITION.exec(disposition ?? '');
  if (match === null || others.length > 0) throw unclear('no single content-disposition of form-data');
  const parameters = [...(match[1] ?? '').matchAll(PARAMETER)].map((found) => ({
    key: (found[1] ?? '').toLowerCase(),
    value: found[2]?.replaceAll(/\\(.)/g, '$1') ?? found[3] ?? '',
  }));
  const names = parameters.filter(({ key }) => key === 'name' || key === 'name*');
  const [name] = names;
  if (name === undefined || names.length > 1 || name.key === 'name*') throw unclear('no single plain name');
  const encodings = values('content-transfer-encoding');
  return {
    name: name.value,
    isFile: parameters.some(({ key }) => key.startsWith('filename')),
    isEncoded: encodings.some((encoding) => !UNENCODED.has(encoding.toLowerCase())),
  };
}

function unclear(what: string): GatewayError {
  return new GatewayError('invalid_request', `a part of the form has ${what} in its headers`);
}
