import { lookUp, type MediaSource } from '@switchyard/canonical';

/** A `data:` URL as base64 data; any other URL, and data that is not base64, as the URL it is. */
export function decodeMediaUrl(url: string): MediaSource {
  const comma = url.indexOf(',');
  const head = url.slice(0, comma);
  if (!head.startsWith('data:') || !head.endsWith(';base64')) return { type: 'url', url };
  const [mediaType] = head.slice('data:'.length).split(';');
  return { type: 'data', mediaType: mediaType || 'application/octet-stream', data: url.slice(comma + 1) };
}

/** Undefined for a file id, which is no URL. */
export function encodeMediaUrl(source: MediaSource): string | undefined {
  switch (source.type) {
    case 'url':
      return source.url;
    case 'data':
      return `data:${source.mediaType};base64,${source.data}`;
    case 'file':
      return undefined;
  }
}

/** What `input_audio.format` calls the types whose second half is another word. */
const AUDIO_FORMATS: Readonly<Record<string, string>> = { mpeg: 'mp3', 'x-wav': 'wav', wave: 'wav' };

export function decodeAudioFormat(format: string): string {
  return format === 'mp3' ? 'audio/mpeg' : `audio/${format}`;
}

export function encodeAudioFormat(mediaType: string): string {
  const word = mediaType.slice(mediaType.indexOf('/') + 1);
  return lookUp(AUDIO_FORMATS, word) ?? word;
}
