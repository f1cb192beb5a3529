export { encodeError, encodeStreamError } from '../openai-chat/encode-error.js';
