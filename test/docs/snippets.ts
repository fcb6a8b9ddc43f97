import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A code block of a page or of a doc comment. */
export interface Snippet {
  /** Relative to the root. */
  readonly file: string;
  /** Of the first line of code, from 1. */
  readonly line: number;
  readonly language: string;
  /** What follows the language: `no-run` and `fails`. */
  readonly flags: readonly string[];
  readonly code: string;
  /** What it prints: the `text` block right after it. */
  readonly output?: string;
}

/** Every code block of README and the like, of the site, and of the doc comments. */
export const readSnippets = (): Snippet[] => [
  ...[...markdownFiles('.', false), ...markdownFiles('docs', true)].flatMap((file) =>
    blocksOf(file, readFileSync(root + file, 'utf8').split('\n')),
  ),
  ...sourceFiles('src').flatMap((file) => docCommentBlocks(file, readFileSync(root + file, 'utf8').split('\n'))),
];

/** Pages that are written by hand; what is generated is checked where it comes from. */
export const markdownFiles = (folder: string, deep: boolean): string[] =>
  readdirSync(root + folder, { withFileTypes: true })
    .flatMap((entry) => {
      const file = folder === '.' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory())
        return deep && !/node_modules|\.vitepress|^docs\/(generated|reference)$/.test(file)
          ? markdownFiles(file, true)
          : [];
      return file.endsWith('.md') ? [file] : [];
    })
    .sort();

const sourceFiles = (folder: string): string[] =>
  readdirSync(root + folder, { withFileTypes: true })
    .flatMap((entry) => {
      const file = `${folder}/${entry.name}`;
      return entry.isDirectory() ? sourceFiles(file) : file.endsWith('.ts') ? [file] : [];
    })
    .sort();

const blocksOf = (file: string, lines: readonly string[], firstLine = 1): Snippet[] => {
  const blocks: (Snippet & { readonly end: number })[] = [];
  for (let index = 0; index < lines.length; index++) {
    const [, indent = '', fence, info = ''] = /^(\s*)(`{3,})([^`]*)$/.exec(lines[index]!) ?? [];
    if (!fence) continue;
    const start = index + 1;
    while (++index < lines.length && lines[index]!.trim() !== fence);
    const [language = '', ...flags] = info.trim().split(/\s+/);
    const code = lines.slice(start, index).map((line) => line.slice(indent.length));
    blocks.push({ file, line: firstLine + start, language, flags, code: code.join('\n'), end: index });
  }
  return blocks.flatMap((block, at) => {
    const [before, after] = [blocks[at - 1], blocks[at + 1]];
    const touches = (first: typeof before, second: typeof before) =>
      first?.language === 'ts' &&
      second?.language === 'text' &&
      lines.slice(first.end + 1, second.line - firstLine - 1).every((line) => !line.trim());
    if (touches(before, blocks[at])) return [];
    return touches(blocks[at], after) ? [{ ...block, output: after!.code }] : [block];
  });
};

const docCommentBlocks = (file: string, lines: readonly string[]): Snippet[] => {
  const blocks: Snippet[] = [];
  for (let index = 0; index < lines.length; index++) {
    if (!lines[index]!.trim().startsWith('/**')) continue;
    const start = index;
    while (index < lines.length && !lines[index]!.includes('*/')) index++;
    const text = lines.slice(start, index + 1).map((line) => line.replace(/^\s*(\/\*\*|\*\/|\*) ?/, ''));
    blocks.push(...blocksOf(file, text, start + 1));
  }
  return blocks;
};
