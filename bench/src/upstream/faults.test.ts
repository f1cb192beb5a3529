import { requestBody } from '../request-body.js';
import { FAULTS, FaultReader, formatFault } from './faults.js';

describe('faults of the upstream', () => {
  it.each(FAULTS)('%s happens where it is asked for, once a request', (fault) => {
    const reader = new FaultReader();
    const body = Buffer.from(requestBody('chat-2k', 'm').replace('nobody', formatFault(fault, 'r1')));
    expect(reader.next(body)).toBe(fault);
    expect(reader.next(body)).toBeUndefined();
    expect(reader.next(Buffer.from(formatFault(fault, 'r2')))).toBe(fault);
  });

  it('happen nowhere else', () => {
    const reader = new FaultReader();
    expect(reader.next(Buffer.from(requestBody('chat-2k', 'm')))).toBeUndefined();
    expect(reader.next(Buffer.from('@fault:earthquake:r1;'))).toBeUndefined();
  });
});
