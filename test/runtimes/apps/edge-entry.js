import handler from './edge-function.js';

// What the platform puts around a function.
addEventListener('fetch', (event) => event.respondWith(handler(event.request)));
