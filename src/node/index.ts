export { undiciTransport, type UndiciTransport, type UndiciTransportOptions } from './undici-transport.js';
export { createNodeContext, type NodeContextOptions } from './node-context.js';
export { uploadImageFile } from './upload-image-file.js';
