// Bar charts as SVG, for a page that is light or dark: text and rules have the colour of the text around them.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const OURS = '#3c8772';
const OTHERS = '#8a8f98';
const ROW_PX = 20;
const WIDTH_PX = 680;

/**
 * One chart of horizontal bars: `bars` are `{ name, value, isOurs }`, `unit` says what the numbers are, and `reference`
 * draws a line at a value.
 */
export const barChart = ({ title, bars, unit, format, reference }) => {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    document,
    width: WIDTH_PX,
    height: bars.length * ROW_PX + 44,
    marginLeft: 210,
    marginRight: 56,
    marginTop: 4,
    marginBottom: 36,
    x: { label: unit, labelAnchor: 'center', labelArrow: 'none', grid: true, zero: true, ticks: 6 },
    y: { label: null, domain: bars.map(({ name }) => name), padding: 0.25 },
    marks: [
      Plot.barX(bars, { x: 'value', y: 'name', fill: ({ isOurs }) => (isOurs ? OURS : OTHERS) }),
      Plot.text(bars, { x: 'value', y: 'name', text: ({ value }) => format(value), dx: 5, textAnchor: 'start' }),
      ...(reference === undefined ? [] : [Plot.ruleX([reference], { strokeDasharray: '3,3', strokeOpacity: 0.6 })]),
    ],
  });
  // A page made of components may not hold a style, and needs none: the chart takes its font from here.
  for (const style of svg.querySelectorAll('style')) style.remove();
  for (const [name, value] of Object.entries({
    role: 'img',
    'aria-label': title,
    fill: 'currentColor',
    'font-family': 'inherit',
    'font-size': '11',
    style: 'max-width: 100%; height: auto',
  }))
    svg.setAttribute(name, value);
  svg.removeAttribute('class');
  // A line of its own would end the block of HTML in Markdown.
  return svg.outerHTML.replaceAll(/\n\s*/g, ' ').replaceAll(/ class="plot[^"]*"/g, '');
};
