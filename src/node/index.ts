export { undiciTransport, type UndiciTransport, type UndiciTransportOptions } from './undici-transport.js';
export { uploadImageFile } from './upload-image-file.js';
