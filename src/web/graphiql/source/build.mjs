// Writes ../graphiql.js, ../graphiql.css and ../licences.txt.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

// GraphiQL's style sheet carries Roboto and Fira Code along; the page uses the fonts of the machine instead, which
// saves 350 kB and their licences.
const withoutFonts = {
  name: 'without-fonts',
  setup(bundle) {
    bundle.onLoad({ filter: /graphiql\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/@font-face\s*\{[^}]*\}/g, ''),
      loader: 'css',
    }));
  },
};

const { metafile } = await build({
  metafile: true,
  // Packages are named by their place under node_modules, wherever that is linked from.
  preserveSymlinks: true,
  entryPoints: ['graphiql.jsx'],
  outfile: '../graphiql.js',
  bundle: true,
  minify: true,
  format: 'iife',
  charset: 'utf8',
  target: 'es2020',
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [withoutFonts],
});

// Every package whose code went in, with its licence.
const packages = new Set(
  Object.keys(metafile.inputs)
    .map((path) => path.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1])
    .filter(Boolean),
);
const texts = await Promise.all([...packages].sort().map(async (directory) => {
  const { name, version, license, author } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const file = (await readdir(directory)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(directory, file), 'utf8') : `(The package has no licence file; its author is ${author?.name ?? author ?? 'not named'}.)`;
  return `${name} ${version}: ${license}\n\n${text.trim()}\n`;
}));
await writeFile('../licences.txt', texts.join(`\n${'-'.repeat(80)}\n\n`));
