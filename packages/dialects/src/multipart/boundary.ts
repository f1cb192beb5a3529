import { GatewayError } from '@switchyard/canonical';

/** Whether a body of this type is a form with files. */
export function isMultipart(contentType: string | undefined): boolean {
  return /^\s*multipart\/form-data\s*(;|$)/i.test(contentType ?? '');
}

/** What a boundary may be made of, and how long it may be. (RFC 2046, section 5.1.1) */
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;
const PARAMETER = /;\s*([!#$%&'*+\-.^_`|~\w]+)=(?:"((?:[^"\\])*)"|([^\s;"]*))\s*/gy;

/**
 * The boundary that a form's content type names.
 *
 * @throws GatewayError `invalid_request` for a type that two readers could take two boundaries from, or none.
 */
export function boundaryOf(contentType: string): string {
  const boundaries: string[] = [];
  PARAMETER.lastIndex = contentType.indexOf(';') === -1 ? contentType.length : contentType.indexOf(';');
  let end = PARAMETER.lastIndex;
  for (let match = PARAMETER.exec(contentType); match !== null; match = PARAMETER.exec(contentType)) {
    end = PARAMETER.lastIndex;
    if (match[1]?.toLowerCase() === 'boundary') boundaries.push(match[2] ?? match[3] ?? '');
  }
  const [boundary, ...others] = boundaries;
  if (boundary === undefined || others.length > 0 || end !== contentType.length || !BOUNDARY.test(boundary)) {
    throw new GatewayError('invalid_request', 'the content-type must be multipart/form-data with one valid boundary');
  }
  return boundary;
}
