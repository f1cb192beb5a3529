/** What a peer did that the protocol forbids. Each one ends the connection. */
export type ProtocolViolation =
  | 'hello-expected'
  | 'unexpected-frame'
  | 'unknown-frame-type'
  | 'bad-length'
  | 'bad-stream-id'
  | 'bad-payload'
  | 'body-overflow'
  | 'credit-overflow'
  | 'window-exceeded'
  | 'peer-silent'
  | 'peer-not-reading';

/** The only error that bytes from a peer can cause. */
export class WireProtocolError extends Error {
  readonly violation: ProtocolViolation;

  constructor(violation: ProtocolViolation, message: string) {
    super(message);
    this.name = 'WireProtocolError';
    this.violation = violation;
  }
}
