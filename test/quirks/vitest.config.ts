import { mergeConfig } from 'vitest/config';
import base from '../../vitest.config.js';

// The suites of robots, pagination and sending once, with another default for one quirk of the sandbox.

const [name, value] = (process.env['SANDBOX_QUIRK'] ?? '').split('=');
const ANCHOR = `  ${name}: `;

export default mergeConfig(base, {
  plugins: [
    {
      name: 'quirk',
      transform: (code: string, id: string) => {
        if (!id.endsWith('src/sandbox/control/quirks.ts')) return undefined;
        const defaults = code.indexOf('DEFAULT_QUIRKS');
        const start = code.indexOf(ANCHOR, defaults);
        if (start < 0) throw new Error(`there is no quirk ${name}`);
        const end = code.indexOf(',', start);
        return `${code.slice(0, start)}${ANCHOR}${value}${code.slice(end)}`;
      },
      enforce: 'pre',
    },
  ],
});
