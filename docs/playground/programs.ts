/** Programs to start from, by name; the first is there when the page opens. */
export const titles = {
  'send-a-message': 'Send a message',
  'handle-errors': 'Handle errors',
  'send-or-lose': 'Never twice',
  'walk-history': 'Walk through history',
  robot: 'A robot with commands',
  upload: 'Upload an image',
} as const;
