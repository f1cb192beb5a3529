export { decodeUsage, encodeUsage } from '../openai-chat/usage.js';
