// The summary alone: a commit's hash tells a user nothing. changesets loads this with `require`, hence CommonJS.
const getReleaseLine = async ({ summary }) =>
  summary
    .trim()
    .split('\n')
    .map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`.trimEnd()))
    .join('\n');

module.exports = { getReleaseLine, getDependencyReleaseLine: async () => '' };
