// ECharts-GL computes the sizes of its render targets by compiling texts such as "width * 1.0 / 2" with new Function, which the console's content policy forbids, and rightly so. This writes a copy
// that reads those texts instead. The version is locked; should the text to replace be another one some day, the build says so and the page keeps its flat view.
import { readFileSync, writeFileSync } from 'node:fs';

const [from, to] = process.argv.slice(2);
const compiled = 'new Function("width","height","dpr","return "+t[1])';
// One product such as "width * 1.0 / 2", or a pair of them in brackets.
const read = '(function(s){function one(e){var m=/^(width|height|dpr)(?: \\* ([\\d.]+))?(?: \\/ ([\\d.]+))?$/.exec(e.trim());if(!m)throw new Error(e);'
  + 'var k=(m[2]?+m[2]:1)/(m[3]?+m[3]:1),i={width:0,height:1,dpr:2}[m[1]];return function(a){return a[i]*k}}'
  + 's=s.trim();if(s[0]!=="["){var f=one(s);return function(){return f(arguments)}}'
  + 'var all=s.slice(1,-1).split(",").map(one);return function(){var a=arguments;return all.map(function(f){return f(a)})}})(t[1])';
const text = readFileSync(from, 'utf8');
if (text.split(compiled).length !== 2) {
  console.error(`${from} is not what it was: the expression that is compiled was not found once.`);
  process.exit(1);
}
writeFileSync(to, text.replace(compiled, () => read));
