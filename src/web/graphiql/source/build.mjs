// Writes ../graphiql.js and ../graphiql.css.
import { readFile } from 'node:fs/promises';
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

await build({
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
