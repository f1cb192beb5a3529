/** The frames of the protocol. docs/wire-protocol.md says who may send which, and when. */
export const FrameType = {
  hello: 1,
  open: 2,
  body: 3,
  head: 4,
  data: 5,
  end: 6,
  cancel: 7,
  credit: 8,
  ping: 9,
  pong: 10,
  goaway: 11,
} as const;

export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** Payload length (u32), type (u8), stream id (u32), all big-endian. */
export const HEADER_BYTES = 9;

/** The longest payload of one `body` or `data` frame. Longer chunks are cut, so that streams take turns. */
export const MAX_CHUNK_BYTES = 64 * 1024;

/** The longest payload of `open`, `head` and `end`. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024;

/** The longest payload a peer can make us hold before it has shown the token. */
export const MAX_HELLO_BYTES = 16 * 1024;

/** The payload of `credit`: a u32. */
export const CREDIT_BYTES = 4;

/** Stream ids are u32; when they run out the client opens another connection. */
export const MAX_STREAM_ID = 0xffff_ffff;

interface FrameRule {
  readonly type: FrameType;
  readonly minBytes: number;
  readonly maxBytes: number;
  /** Frames about the connection have stream id 0, all others have not. */
  readonly onStream: boolean;
}

const RULES: readonly FrameRule[] = [
  { type: FrameType.hello, minBytes: 1, maxBytes: MAX_HELLO_BYTES, onStream: false },
  { type: FrameType.open, minBytes: 1, maxBytes: MAX_PAYLOAD_BYTES, onStream: true },
  { type: FrameType.body, minBytes: 1, maxBytes: MAX_CHUNK_BYTES, onStream: true },
  { type: FrameType.head, minBytes: 1, maxBytes: MAX_PAYLOAD_BYTES, onStream: true },
  { type: FrameType.data, minBytes: 1, maxBytes: MAX_CHUNK_BYTES, onStream: true },
  { type: FrameType.end, minBytes: 1, maxBytes: MAX_PAYLOAD_BYTES, onStream: true },
  { type: FrameType.cancel, minBytes: 0, maxBytes: 0, onStream: true },
  { type: FrameType.credit, minBytes: CREDIT_BYTES, maxBytes: CREDIT_BYTES, onStream: true },
  { type: FrameType.ping, minBytes: 0, maxBytes: 0, onStream: false },
  { type: FrameType.pong, minBytes: 0, maxBytes: 0, onStream: false },
  { type: FrameType.goaway, minBytes: 1, maxBytes: MAX_HELLO_BYTES, onStream: false },
];

/** The rule of a type byte; undefined for a type that does not exist. */
export function frameRule(typeByte: number): FrameRule | undefined {
  return RULES[typeByte - 1];
}
