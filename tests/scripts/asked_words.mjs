/* Prints as JSON which words every script asks for: by key, by family (`kind.`), or unclearly. */

import { globSync, readFileSync } from "node:fs";
import { Linter } from "eslint";

/** The keys that an expression may be, null when that can't be read from it. */
function keysOf(node) {
  if (node?.type === "Literal" && typeof node.value === "string") return [node.value];
  if (node?.type === "TemplateLiteral" && node.quasis[0].value.cooked.endsWith(".")) return [node.quasis[0].value.cooked];
  if (node?.type !== "ConditionalExpression") return null;
  const [one, other] = [keysOf(node.consequent), keysOf(node.alternate)];
  return one && other && [...one, ...other];
}

/** What a script asks for, sorted: whole keys, and families with their dot. */
function asked(source, isModule) {
  const keys = new Set();
  const unclear = [];
  const inSay = [];
  const enter = (node) => inSay.push(node.parent.key?.name === "say" || node.parent.id?.name === "say" || node.id?.name === "say");
  const leave = () => inSay.pop();
  const words = {
    create: () => ({
      ":function": enter,
      ":function:exit": leave,
      CallExpression(node) {
        const name = node.callee.name ?? node.callee.property?.name;
        if (name !== "say" || inSay.at(-1)) return;
        const found = keysOf(node.arguments[0]) ?? keysOf(node.arguments[1]);
        if (found) found.forEach((key) => keys.add(key));
        else unclear.push(node.loc.start.line);
      },
    }),
  };
  const problems = new Linter().verify(source, {
    languageOptions: { sourceType: isModule ? "module" : "script" },
    plugins: { onemap: { rules: { words } } },
    rules: { "onemap/words": "error" },
  });
  if (problems.length) throw new Error(problems[0].message);
  return { keys: [...keys].sort(), unclear };
}

const files = globSync("dashboard/assets/*/*.{js,mjs}").filter((file) => !file.includes("/vendor/"));
const all = files.map((file) => [file.slice("dashboard/assets/".length), asked(readFileSync(file, "utf8"), file.endsWith(".mjs"))]);
console.log(JSON.stringify(Object.fromEntries(all)));
