import type { JsonObject } from './json.js';

const SAMPLE_RATE = 16_000;
const SAMPLES_PER_CHARACTER = SAMPLE_RATE / 20;
const LONGEST_TEXT = 4_096;
const HEADER_BYTES = 44;

/**
 * A text as sound: a WAV file with a short tone for each character. Always WAV, whatever format is asked for. Undefined
 * when the request has no text.
 */
export function speak(request: JsonObject): Buffer | undefined {
  const { input } = request;
  if (typeof input !== 'string' || input === '' || input.length > LONGEST_TEXT) return undefined;
  const samples = [...input].flatMap((character) => tone(character.codePointAt(0) ?? 0));
  const wav = Buffer.alloc(HEADER_BYTES + samples.length * 2);
  writeHeader(wav, samples.length * 2);
  for (const [place, sample] of samples.entries()) wav.writeInt16LE(sample, HEADER_BYTES + place * 2);
  return wav;
}

function tone(code: number): readonly number[] {
  const hertz = 220 + (code % 64) * 10;
  return Array.from({ length: SAMPLES_PER_CHARACTER }, (_, place) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * hertz * place) / SAMPLE_RATE)),
  );
}

/** PCM, one channel, 16 bits. (Multimedia Programming Interface and Data Specifications 1.0, "WAVE") */
function writeHeader(wav: Buffer, dataBytes: number): void {
  wav.write('RIFF', 0);
  wav.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(SAMPLE_RATE, 24);
  wav.writeUInt32LE(SAMPLE_RATE * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(dataBytes, 40);
}
