import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCommand } from '../../src/robots/index.js';
import { anyText } from '../support/any-text.js';
import { sized } from '../support/runs.js';

const argsOf = (text: string) => parseCommand(`!say ${text}`)?.args;

test.each<[string, string, string[], string]>([
  ['!ping', 'ping', [], ''],
  ['!Ping  a   b ', 'ping', ['a', 'b'], 'a   b'],
  ['!say "hello there" you', 'say', ['hello there', 'you'], '"hello there" you'],
  ['!say\n"two\nlines"\tx', 'say', ['two\nlines', 'x'], '"two\nlines"\tx'],
  ['!ja 👋 grüß', 'ja', ['👋', 'grüß'], '👋 grüß'],
  ['!!', '!', [], ''],
])('parses %j as %s with the arguments %j and the text %j', (text, name, args, rest) => {
  expect(parseCommand(text)).toEqual({ name, args, text: rest });
});

test.each<[string, string[]]>([
  ["'hello there' you", ['hello there', 'you']],
  ['“from a phone” you', ['from a phone', 'you']],
  ['“a “ b', ['a ', 'b']],
  ['„Hallo Welt“ b', ['Hallo Welt', 'b']],
  ['„Hallo Welt” b', ['Hallo Welt', 'b']],
  ['”hej du” b', ['hej du', 'b']],
  ['‘a b’ c', ['a b', 'c']],
  ['‚a b‘ c', ['a b', 'c']],
  ['«a b» c', ['a b', 'c']],
  ['« bon\u00a0jour » c', ['bon\u00a0jour', 'c']],
  ['»a b« c', ['a b', 'c']],
  ['‹a b› c', ['a b', 'c']],
  ['「a b」 c', ['a b', 'c']],
  ['"" \'\'', ['', '']],
])('takes what stands between the quotes of %j as one argument', (text, args) => {
  expect(argsOf(text)).toEqual(args);
});

test.each<[string, string[]]>([
  ['"a", "b"', ['a', 'b']],
  ['"a","b c"; "d"', ['a', 'b c', 'd']],
  ['‘a b’, c', ['a b', 'c']],
])('drops the separators between the quoted arguments of %j', (text, args) => {
  expect(argsOf(text)).toEqual(args);
});

test.each<[string, string[]]>([
  ["don't stop, it's", ["don't", 'stop,', "it's"]],
  ["'don't stop'", ["don't stop"]],
  ['‘don’t stop’', ['don’t stop']],
  ['"never closed', ['"never', 'closed']],
  ["'never closed", ["'never", 'closed']],
  ['"a"b c', ['"a"b', 'c']],
  ['5"6 7"', ['5"6', '7"']],
  ["rock 'n' roll", ['rock', 'n', 'roll']],
])('leaves the quotes of %j that do not surround an argument', (text, args) => {
  expect(argsOf(text)).toEqual(args);
});

test('unescapes quotes and backslashes between straight quotes, and nothing else', () => {
  expect(argsOf('"a \\"quoted\\" word" \\')).toEqual(['a "quoted" word', '\\']);
  expect(argsOf('"back\\\\slash" "C:\\dir"')).toEqual(['back\\slash', 'C:\\dir']);
  expect(argsOf('“a \\\\ b”')).toEqual(['a \\\\ b']);
});

test.each(['\u200b', '\ufeff', '\u200e', '\u2060'])('ignores the invisible character %j around words', (mark) => {
  expect(parseCommand(`!ping${mark}`)).toEqual({ name: 'ping', args: [], text: '' });
  expect(parseCommand(`${mark}!pi${mark}ng${mark} a${mark} ${mark}b`)).toMatchObject({
    name: 'ping',
    args: ['a', 'b'],
  });
});

test('keeps the joiners that emoji are made with', () => {
  expect(argsOf('👩‍👩‍👧')).toEqual(['👩‍👩‍👧']);
});

test('keeps the line breaks of the text after the name', () => {
  expect(parseCommand('!note first line\n  second line\n')).toMatchObject({ text: 'first line\n  second line' });
});

test.each(['', '!', '! ping', 'ping', ' !ping', '/ping', '!\u200b'])('finds no command in %j', (text) => {
  expect(parseCommand(text)).toBeUndefined();
});

test('looks for the prefix that it is given', () => {
  expect(parseCommand('/roll 6', '/')).toMatchObject({ name: 'roll', args: ['6'] });
  expect(parseCommand('bot: roll', 'bot: ')).toMatchObject({ name: 'roll', args: [] });
  expect(parseCommand('!roll', '/')).toBeUndefined();
});

test('finds no command in a text or with a prefix that is not a string', () => {
  const throwing = {
    toString: () => {
      throw new Error('mine');
    },
  };
  for (const value of [null, undefined, 5, {}, Symbol('x')]) expect(parseCommand(value as never)).toBeUndefined();
  for (const prefix of [5, throwing, Symbol('x'), /5/]) expect(parseCommand('5x', prefix as never)).toBeUndefined();
});

test('returns every argument that was quoted and escaped unchanged', () => {
  fc.assert(
    fc.property(fc.array(anyText()), fc.string(), (args, junk) => {
      const quoted = args.map((arg) => `"${arg.replace(/["\\]/g, '\\$&')}"`);
      expect(parseCommand(`!x ${quoted.join(' ')}`)?.args).toEqual(args);
      parseCommand(`!${junk}`);
    }),
    { numRuns: sized(300, 10_000) },
  );
});

test('takes time in proportion to the length, whatever the quotes are', () => {
  const start = performance.now();
  for (const piece of ['"', '\\"', "'", '“', '" ', '"\\', "' ", "'a ", "a'", '“ ', '« ', '\u200b', '\u200bx', 'x '])
    parseCommand(`!x ${piece.repeat(40_000)}`);
  expect(performance.now() - start).toBeLessThan(1500);
});

test('parses nine million characters between quotes', () => {
  const long = 'a b '.repeat(2_250_000);
  expect(parseCommand(`!x "${long}"`)?.args).toEqual([long]);
  expect(parseCommand(`!x “${long}”`)?.args).toEqual([long]);
});
