import TwoslashFloatingVue from '@shikijs/vitepress-twoslash/client';
import '@shikijs/vitepress-twoslash/style.css';
import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { defineAsyncComponent } from 'vue';
import ImportPicture from './import-picture.vue';
import RetryTimeline from './retry-timeline.vue';
import './style.css';

/** Puts a code block into its link to the playground. */
const fillRunLink = (event: Event): void => {
  const link = (event.target as Element).closest?.('a.run-link');
  const code = link?.parentElement?.querySelector('pre code');
  if (!link || !code) return;
  const copy = code.cloneNode(true) as HTMLElement;
  for (const extra of copy.querySelectorAll('.vp-copy-ignore, .v-popper__popper')) extra.remove();
  (link as HTMLAnchorElement).hash = encodeURIComponent(copy.textContent ?? '');
};

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => {
    app.use(TwoslashFloatingVue);
    app.component('RetryTimeline', RetryTimeline);
    app.component('ImportPicture', ImportPicture);
    app.component(
      'Playground',
      defineAsyncComponent(() => import('./playground.vue')),
    );
    // Not at the click: VitePress takes that first.
    if (typeof document !== 'undefined')
      for (const type of ['pointerdown', 'focusin']) document.addEventListener(type, fillRunLink);
  },
} satisfies Theme;
