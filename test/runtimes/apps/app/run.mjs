import { pathToFileURL } from 'node:url';

await import(pathToFileURL(process.argv[2]).href);
console.log(await globalThis.app(JSON.parse(process.env.CONFORMANCE)));
