import {
  autocompletion,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';

/** What an editor is made of. */
export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly code: string;
  /** Offered while one types. */
  readonly names: readonly string[];
  readonly onChange: (code: string) => void;
  readonly onRun: () => void;
}

/** Makes an editor of TypeScript. Tab is left to the keyboard's user, to leave it by. */
export const createEditor = ({ parent, code, names, onChange, onRun }: EditorOptions) => {
  const complete = (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/\w+/);
    if (!word || (word.text.length < 2 && !context.explicit)) return null;
    return { from: word.from, options: names.map((label) => ({ label, type: 'function' })), validFor: /^\w*$/ };
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: code,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        autocompletion({ override: [complete] }),
        javascript({ typescript: true }),
        syntaxHighlighting(classHighlighter),
        keymap.of([
          { key: 'Mod-Enter', run: () => (onRun(), true) },
          ...completionKeymap,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorView.contentAttributes.of({ 'aria-label': 'Program', spellcheck: 'false', tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    read: () => view.state.doc.toString(),
    write: (text: string) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    destroy: () => view.destroy(),
  };
};
