/* content.c: clues, for shared extensions and for texts without a path. */
#include "filter/code/content.h"
#include "common/text.h"

#define HEAD_BYTES 51200 /* Linguist's HEURISTICS_CONSIDER_BYTES */

/* ---- what a clue asks of a line without the blanks before it */
enum where { BEGINS, WHOLE, HAS, ENDS_LINE };

struct clue {
    enum where where;
    const char *text;
};

static bool line_shows(struct slice line, enum where where, const char *text)
{
    switch (where) {
    case BEGINS: return slice_has_prefix(line, text);
    case WHOLE: return slice_is(line, text);
    case HAS: return slice_find(line, slice_str(text)) != NULL;
    case ENDS_LINE: return slice_has_suffix(line, text);
    }
    return false;
}

static struct slice head_of(struct slice text)
{
    return slice_of(text.p, text.n < HEAD_BYTES ? text.n : HEAD_BYTES);
}

/* Whether any line of the text shows any of the clues, a list ended by NULL. */
static bool shows(struct slice text, const struct clue *clues)
{
    struct slice line;
    for (size_t at = 0; line_next(text, &at, &line);) {
        line = slice_trim(line);
        for (const struct clue *c = clues; c->text; c++)
            if (line_shows(line, c->where, c->text)) return true;
    }
    return false;
}

static const struct clue objc[] = {{BEGINS, "@interface"},
                                   {BEGINS, "@class"},
                                   {BEGINS, "@protocol"},
                                   {BEGINS, "@property"},
                                   {BEGINS, "@end"},
                                   {BEGINS, "@implementation"},
                                   {BEGINS, "@selector"},
                                   {BEGINS, "#import \""},
                                   {BEGINS, "#import <"},
                                   {BEGINS, "@import "},
                                   {0}};
static const struct clue cpp[] = {{BEGINS, "#include <cstdint>"},
                                  {BEGINS, "#include <string>"},
                                  {BEGINS, "#include <vector>"},
                                  {BEGINS, "#include <map>"},
                                  {BEGINS, "#include <list>"},
                                  {BEGINS, "#include <array>"},
                                  {BEGINS, "#include <bitset>"},
                                  {BEGINS, "#include <queue>"},
                                  {BEGINS, "#include <stack>"},
                                  {BEGINS, "#include <set>"},
                                  {BEGINS, "#include <memory>"},
                                  {BEGINS, "#include <iostream>"},
                                  {BEGINS, "#include <unordered_map>"},
                                  {BEGINS, "#include <unordered_set>"},
                                  {BEGINS, "#include <istream>"},
                                  {BEGINS, "#include <ostream>"},
                                  {BEGINS, "template<"},
                                  {BEGINS, "template <"},
                                  {BEGINS, "constexpr "},
                                  {BEGINS, "catch ("},
                                  {BEGINS, "catch("},
                                  {BEGINS, "class "},
                                  {BEGINS, "namespace "},
                                  {BEGINS, "using namespace "},
                                  {WHOLE, "private:"},
                                  {WHOLE, "public:"},
                                  {WHOLE, "protected:"},
                                  {HAS, "std::"},
                                  {HAS, "__has_cpp_attribute"},
                                  {BEGINS, "virtual "},
                                  {0}};
static const struct clue c_like[] = {{BEGINS, "#include"}, {BEGINS, "#import"}, {BEGINS, "#define"},
                                     {BEGINS, "//"},       {BEGINS, "/*"},      {0}};
static const struct clue perl6[] = {{BEGINS, "use v6"}, {0}};
static const struct clue perl[] = {{BEGINS, "use strict"},
                                   {BEGINS, "use warnings"},
                                   {BEGINS, "package "},
                                   {BEGINS, "sub "},
                                   {BEGINS, "my $"},
                                   {BEGINS, "my ("},
                                   {BEGINS, "require "},
                                   {HAS, "->{"},
                                   {0}};
static const struct clue prolog[] = {{BEGINS, ":- "}, {BEGINS, ":-"}, {ENDS_LINE, ":-"}, {HAS, " :- "}, {0}};
static const struct clue coq[] = {{BEGINS, "Require Import"},
                                  {BEGINS, "Require Export"},
                                  {BEGINS, "From "},
                                  {WHOLE, "Proof."},
                                  {WHOLE, "Qed."},
                                  {BEGINS, "Theorem "},
                                  {BEGINS, "Lemma "},
                                  {ENDS_LINE, " Qed."},
                                  {0}};
static const struct clue verilog[] = {{BEGINS, "module "},
                                      {BEGINS, "`define"},
                                      {BEGINS, "`include"},
                                      {BEGINS, "`timescale"},
                                      {BEGINS, "`ifdef"},
                                      {BEGINS, "`ifndef"},
                                      {BEGINS, "always @"},
                                      {BEGINS, "always@"},
                                      {BEGINS, "endmodule"},
                                      {BEGINS, "initial begin"},
                                      {0}};
static const struct clue vlang[] = {
    {BEGINS, "fn "}, {BEGINS, "pub fn "}, {BEGINS, "$if "}, {WHOLE, "for {"}, {0}};
static const struct clue xml[] = {
    {BEGINS, "<?xml"}, {BEGINS, "<TS "}, {BEGINS, "<TS>"}, {BEGINS, "<!DOCTYPE TS"}, {0}};
static const struct clue rust[] = {{BEGINS, "use "}, {BEGINS, "fn "},         {BEGINS, "mod "},
                                   {BEGINS, "pub "}, {BEGINS, "macro_rules"}, {BEGINS, "impl"},
                                   {BEGINS, "#["},   {BEGINS, "#!["},         {0}};
static const struct clue renderscript[] = {
    {BEGINS, "#include"}, {BEGINS, "#pragma version"}, {BEGINS, "#pragma rs"}, {0}};
static const struct clue smalltalk[] = {{HAS, "methodsFor: '"}, {0}};
static const struct clue hack[] = {{BEGINS, "<?hh"}, {0}};
static const struct clue php[] = {{BEGINS, "<?"}, {0}};
static const struct clue erlang[] = {{BEGINS, "%%"}, {BEGINS, "-module("}, {0}};
static const struct clue supercollider[] = {{HAS, "SynthDef"}, {HAS, ".ar("}, {HAS, ".kr("}, {0}};
static const struct clue mercury[] = {{BEGINS, ":- module"}, {BEGINS, "(*"}, {0}};
static const struct clue glsl[] = {
    {BEGINS, "#version"}, {BEGINS, "precision "}, {BEGINS, "uniform "}, {BEGINS, "varying "}, {0}};
static const struct clue makefile[] = {{ENDS_LINE, ": \\"}, {BEGINS, ": "}, {0}};
static const struct clue xpm[] = {{BEGINS, "/* XPM */"}, {0}};

/* In this order; a NULL language: known to be none of ours. clues NULL: the rest. */
static const struct settle {
    const char *extension;
    const struct clue *clues;
    const char *language;
} settles[] = {{".h", objc, "objc"},   {".h", cpp, "cpp"},          {".m", objc, "objc"},
               {".m", mercury, NULL},  {".m", c_like, "objc"},      {".m", NULL, "matlab"},
               {".pl", perl6, "raku"}, {".pl", perl, "perl"},       {".pl", prolog, "prolog"},
               {".pm", perl6, "raku"}, {".pm", xpm, NULL},          {".t", perl6, "raku"},
               {".v", coq, "coq"},     {".v", verilog, "verilog"},  {".v", vlang, "v"},
               {".ts", xml, "xml"},    {".tsx", xml, "xml"},        {".rs", xml, "xml"},
               {".rs", rust, "rust"},  {".rs", renderscript, NULL}, {".cs", smalltalk, NULL},
               {".hh", hack, NULL},    {".php", hack, NULL},        {".inc", php, "php"},
               {".inc", NULL, NULL},   {".es", erlang, "erlang"},   {".sc", supercollider, NULL},
               {".fs", glsl, "glsl"},  {".d", makefile, "make"}};

const struct language *content_settle(const struct language *l, struct slice extension, struct slice text)
{
    struct slice head = head_of(text);
    for (size_t i = 0; i < sizeof settles / sizeof *settles; i++) {
        const struct settle *s = &settles[i];
        if (!slice_eq_nocase(extension, s->extension) || (s->clues && !shows(head, s->clues))) continue;
        return s->language ? language_named(slice_str(s->language)) : NULL;
    }
    return l;
}

/* ---- texts without a path. A line that begins and ends so is worth so much for the language. */
static const struct weight {
    const char *language;
    const char *begins; /* "": anything */
    const char *ends;   /* "": anything */
    unsigned worth;
} weights[] = {{"python", "def ", ":", 4},
               {"python", "class ", ":", 3},
               {"python", "import ", "", 1},
               {"python", "from ", "", 1},
               {"python", "elif ", ":", 4},
               {"python", "except", ":", 4},
               {"python", "self.", "", 3},
               {"python", "if ", ":", 2},
               {"python", "for ", ":", 2},
               {"python", "else:", "", 1},
               {"python", "try:", "", 2},
               {"python", "with ", ":", 2},
               {"python", "while ", ":", 2},
               {"python", "\"\"\"", "", 2},
               {"python", "raise ", "", 1},
               {"python", "@", ")", 1},
               {"python", "print(", ")", 1},
               {"python", "async def ", ":", 4},
               {"python", "return ", "", 0},
               {"c", "#include <", ".h>", 3},
               {"c", "#include \"", ".h\"", 2},
               {"c", "#define ", "", 2},
               {"c", "#ifdef ", "", 2},
               {"c", "#ifndef ", "", 2},
               {"c", "#endif", "", 1},
               {"c", "static ", "", 1},
               {"c", "struct ", "{", 2},
               {"c", "typedef ", "", 2},
               {"c", "int main(", "", 3},
               {"c", "if (", "", 0},
               {"c", "unsigned ", ";", 2},
               {"c", "char ", ";", 2},
               {"c", "void ", ")", 1},
               {"c", "int ", ";", 1},
               {"c", "printf(", ";", 2},
               {"c", "extern ", ";", 2},
               {"c", "goto ", ";", 2},
               {"c", "free(", ";", 2},
               {"cpp", "#include <iostream>", "", 6},
               {"cpp", "#include <", "r>", 2},
               {"cpp", "#include <", "g>", 3},
               {"cpp", "using namespace ", ";", 8},
               {"cpp", "namespace ", "{", 5},
               {"cpp", "template<", "", 6},
               {"cpp", "template <", "", 6},
               {"cpp", "std::", "", 4},
               {"cpp", "public:", "", 3},
               {"cpp", "private:", "", 3},
               {"cpp", "class ", "{", 1},
               {"cpp", "class ", ";", 4},
               {"cpp", "cout <<", "", 5},
               {"cpp", "virtual ", "", 4},
               {"cpp", "const std::", "", 4},
               {"cpp", "#include <", ".h>", 1},
               {"cpp", "#include \"", "\"", 2},
               {"cpp", "#define ", "", 2},
               {"cpp", "#ifndef ", "", 2},
               {"cpp", "#ifdef ", "", 2},
               {"cpp", "};", "", 1},
               {"java", "package ", ";", 3},
               {"java", "import java", ";", 6},
               {"java", "import ", ";", 1},
               {"java", "public class ", "", 5},
               {"java", "public static void main", "", 6},
               {"java", "@Override", "", 5},
               {"java", "private ", ";", 2},
               {"java", "public ", "{", 2},
               {"java", "private ", "{", 2},
               {"java", "protected ", "{", 2},
               {"java", "System.out.", ";", 5},
               {"java", "private final ", ";", 3},
               {"java", "public interface ", "", 3},
               {"java", "throw new ", ";", 1},
               {"c_sharp", "using System", ";", 8},
               {"c_sharp", "namespace ", "", 3},
               {"c_sharp", "public class ", "", 3},
               {"c_sharp", "using ", ";", 2},
               {"c_sharp", "Console.", ";", 5},
               {"c_sharp", "public override ", "", 5},
               {"c_sharp", "private readonly ", ";", 4},
               {"c_sharp", "[", "]", 1},
               {"c_sharp", "public ", "{ get; set; }", 6},
               {"c_sharp", "/// <summary>", "", 4},
               {"c_sharp", "private ", ";", 1},
               {"c_sharp", "public ", ")", 3},
               {"c_sharp", "#region", "", 5},
               {"c_sharp", "internal ", "", 3},
               {"javascript", "const ", ";", 2},
               {"javascript", "var ", ";", 2},
               {"javascript", "let ", ";", 2},
               {"javascript", "function ", "{", 2},
               {"javascript", "});", "", 3},
               {"javascript", "module.exports", "", 6},
               {"javascript", "'use strict'", "", 5},
               {"javascript", "\"use strict\"", "", 5},
               {"javascript", "console.", "", 3},
               {"javascript", "export default ", "", 3},
               {"javascript", "import ", "';", 3},
               {"javascript", "export ", "{", 2},
               {"javascript", "return function", "", 3},
               {"javascript", "this.", ";", 1},
               {"javascript", "document.", "", 3},
               {"javascript", "$(", "", 3},
               {"javascript", "const ", "{", 2},
               {"javascript", "async ", "{", 2},
               {"typescript", "export interface ", "{", 8},
               {"typescript", "interface ", "{", 3},
               {"typescript", "export type ", "", 6},
               {"typescript", "import { ", "';", 4},
               {"typescript", "import {", "\";", 4},
               {"typescript", "export class ", "{", 3},
               {"typescript", "private ", ";", 1},
               {"typescript", "constructor(private ", "", 8},
               {"typescript", "export enum ", "", 5},
               {"typescript", "type ", ";", 2},
               {"typescript", "const ", ";", 1},
               {"typescript", "});", "", 2},
               {"typescript", "@Component(", "", 5},
               {"typescript", "export const ", "", 2},
               {"typescript", "readonly ", ";", 4},
               {"typescript", "declare ", "", 5},
               {"go", "package ", "", 2},
               {"go", "func ", "{", 5},
               {"go", "import (", "", 5},
               {"go", "import \"", "\"", 5},
               {"go", "if err != nil {", "", 6},
               {"go", "type ", "struct {", 6},
               {"go", "type ", "interface {", 6},
               {"go", "defer ", "", 4},
               {"go", "fmt.", ")", 4},
               {"go", "go func", "", 5},
               {"go", "return nil", "", 2},
               {"go", "for _, ", "{", 5},
               {"go", "var (", "", 3},
               {"go", "//go:", "", 5},
               {"rust", "use std::", ";", 6},
               {"rust", "use ", ";", 3},
               {"rust", "fn ", "{", 5},
               {"rust", "pub fn ", "", 6},
               {"rust", "let mut ", "", 6},
               {"rust", "impl", "{", 5},
               {"rust", "let ", ";", 2},
               {"rust", "pub struct ", "", 6},
               {"rust", "#[", "]", 4},
               {"rust", "match ", "{", 3},
               {"rust", "mod ", "", 3},
               {"rust", "println!(", "", 6},
               {"rust", "pub enum ", "", 6},
               {"rust", "///", "", 1},
               {"rust", "assert_eq!(", "", 4},
               {"rust", "#!", "]", 4},
               {"ruby", "def ", "", 1},
               {"ruby", "end", "", 1},
               {"ruby", "require '", "'", 5},
               {"ruby", "require \"", "\"", 3},
               {"ruby", "module ", "", 2},
               {"ruby", "attr_", "", 6},
               {"ruby", "puts ", "", 3},
               {"ruby", "class ", "", 1},
               {"ruby", "it ", "do", 5},
               {"ruby", "describe ", "do", 5},
               {"ruby", "elsif ", "", 3},
               {"ruby", "unless ", "", 3},
               {"ruby", "require_relative ", "", 8},
               {"ruby", "include ", "", 1},
               {"ruby", "@", "", 1},
               {"ruby", "", "do", 2},
               {"ruby", "", "|", 2},
               {"php", "<?php", "", 12},
               {"php", "$", ";", 2},
               {"php", "public function ", "", 5},
               {"php", "function ", ")", 1},
               {"php", "namespace ", ";", 3},
               {"php", "use ", ";", 1},
               {"php", "echo ", ";", 3},
               {"php", "private function ", "", 5},
               {"php", "?>", "", 6},
               {"php", "protected ", "", 1},
               {"bash", "fi", "", 0},
               {"bash", "if [", "", 5},
               {"bash", "echo ", "", 2},
               {"bash", "done", "", 2},
               {"bash", "esac", "", 5},
               {"bash", "then", "", 3},
               {"bash", "export ", "", 1},
               {"bash", "set -e", "", 5},
               {"bash", "for ", "; do", 5},
               {"bash", "while ", "; do", 5},
               {"bash", "", "; then", 4},
               {"bash", "function ", "() {", 4},
               {"bash", "", "() {", 2},
               {"bash", "local ", "", 2},
               {"bash", "exit ", "", 1},
               {"bash", "cd ", "", 1},
               {"lua", "local ", "", 2},
               {"lua", "local function ", ")", 6},
               {"lua", "function ", ")", 3},
               {"lua", "", "then", 2},
               {"lua", "end", "", 2},
               {"lua", "--", "", 1},
               {"lua", "elseif ", "then", 4},
               {"lua", "local ", "require", 3},
               {"lua", "for ", " do", 3},
               {"lua", "end)", "", 3},
               {"kotlin", "fun ", "{", 5},
               {"kotlin", "import ", "", 1},
               {"kotlin", "package ", "", 1},
               {"kotlin", "val ", "", 3},
               {"kotlin", "data class ", "", 7},
               {"kotlin", "override fun ", "", 7},
               {"kotlin", "private val ", "", 5},
               {"kotlin", "class ", "{", 1},
               {"kotlin", "private fun ", "", 5},
               {"kotlin", "import java", "", 2},
               {"kotlin", "companion object", "", 6},
               {"scala", "object ", "{", 4},
               {"scala", "def ", "= {", 5},
               {"scala", "def ", "=", 4},
               {"scala", "case class ", "", 6},
               {"scala", "val ", "", 2},
               {"scala", "import ", "._", 5},
               {"scala", "trait ", "{", 4},
               {"scala", "package ", "", 1},
               {"scala", "case ", "=>", 3},
               {"scala", "override def ", "", 5},
               {"scala", "import ", "}", 2},
               {"scala", "class ", "{", 1},
               {"swift", "import Foundation", "", 7},
               {"swift", "import UIKit", "", 9},
               {"swift", "func ", "{", 4},
               {"swift", "let ", "", 2},
               {"swift", "var ", "", 1},
               {"swift", "guard ", "", 6},
               {"swift", "if let ", "{", 3},
               {"swift", "extension ", "{", 5},
               {"swift", "@IBOutlet", "", 8},
               {"swift", "override func ", "", 6},
               {"swift", "struct ", "{", 2},
               {"swift", "init(", "{", 4},
               {"swift", "private let ", "", 3},
               {"swift", "class ", "{", 1},
               {"objc", "#import ", "", 8},
               {"objc", "@interface ", "", 8},
               {"objc", "@implementation ", "", 8},
               {"objc", "@end", "", 5},
               {"objc", "@property", ";", 6},
               {"objc", "- (", "", 4},
               {"objc", "+ (", "", 4},
               {"objc", "[self ", ";", 4},
               {"objc", "NSString ", "", 4},
               {"css", "", ": 0;", 3},
               {"css", ".", "{", 4},
               {"css", "#", "{", 4},
               {"css", "color:", ";", 4},
               {"css", "margin", ";", 3},
               {"css", "padding", ";", 3},
               {"css", "@media ", "{", 6},
               {"css", "font-", ";", 3},
               {"css", "background", ";", 4},
               {"css", "width:", ";", 3},
               {"css", "body ", "{", 4},
               {"css", "display:", ";", 4},
               {"css", "text-", ";", 3},
               {"css", "border", ";", 3},
               {"sql", "SELECT ", "", 4},
               {"sql", "INSERT INTO ", "", 6},
               {"sql", "CREATE TABLE ", "", 8},
               {"sql", "FROM ", "", 3},
               {"sql", "WHERE ", "", 3},
               {"sql", "ALTER TABLE ", "", 6},
               {"sql", "DROP TABLE ", "", 6},
               {"sql", "UPDATE ", "", 2},
               {"sql", "PRIMARY KEY ", "", 5},
               {"sql", "create table ", "", 8},
               {"sql", "insert into ", "", 6},
               {"sql", "select ", "", 1},
               {"sql", "GRANT ", "", 3},
               {"haskell", "module ", "where", 8},
               {"haskell", "import qualified ", "", 7},
               {"haskell", "import ", "", 1},
               {"haskell", "{-#", "#-}", 7},
               {"haskell", "instance ", "where", 6},
               {"haskell", "deriving ", "", 5},
               {"haskell", "data ", "", 2},
               {"haskell", "where", "", 2},
               {"haskell", "", "do", 1},
               {"elixir", "defmodule ", "do", 8},
               {"elixir", "def ", "do", 5},
               {"elixir", "defp ", "do", 6},
               {"elixir", "|> ", "", 4},
               {"elixir", "@moduledoc", "", 6},
               {"elixir", "alias ", "", 3},
               {"elixir", "end", "", 1},
               {"elixir", "use ", "", 1},
               {"elixir", "test ", "do", 4},
               {"zig", "const std = @import", "", 10},
               {"zig", "pub fn ", "{", 3},
               {"zig", "const ", "@import(", 5},
               {"zig", "try ", ";", 4},
               {"zig", "const ", ";", 1},
               {"zig", "test \"", "{", 6},
               {"zig", "fn ", "{", 1},
               {"zig", "pub const ", "", 4},
               {"zig", "var ", ";", 1},
               {"solidity", "pragma solidity ", ";", 12},
               {"solidity", "contract ", "{", 8},
               {"solidity", "function ", "{", 1},
               {"solidity", "event ", ";", 5},
               {"solidity", "require(", ";", 2},
               {"solidity", "mapping", ";", 6},
               {"solidity", "modifier ", "{", 5},
               {"hcl", "resource \"", "{", 9},
               {"hcl", "variable \"", "{", 9},
               {"hcl", "provider \"", "{", 9},
               {"hcl", "output \"", "{", 9},
               {"hcl", "data \"", "{", 7},
               {"make", ".PHONY:", "", 10},
               {"make", "$(", "", 1},
               {"make", "include $(", "", 5},
               {"make", "ifeq (", "", 4},
               {"make", "endif", "", 2},
               {"make", "CFLAGS", "", 4},
               {"make", "all:", "", 4},
               {"make", "clean:", "", 4},
               {"perl", "use strict;", "", 8},
               {"perl", "use warnings;", "", 8},
               {"perl", "my $", "", 5},
               {"perl", "my (", ";", 4},
               {"perl", "sub ", "{", 5},
               {"perl", "$", ";", 2},
               {"perl", "my @", "", 5},
               {"perl", "my %", "", 5},
               {"perl", "=cut", "", 4},
               {"perl", "package ", ";", 1},
               {"html", "<!DOCTYPE html", "", 15},
               {"html", "<html", "", 10},
               {"html", "<div", ">", 4},
               {"html", "</", ">", 1},
               {"html", "<p>", "", 3},
               {"xml", "<?xml ", "", 15},
               {"xml", "</", ">", 1},
               {"r", "library(", ")", 8},
               {"r", "", "%>%", 6},
               {"matlab", "function ", ")", 1},
               {"dockerfile", "FROM ", "", 2},
               {"dockerfile", "RUN ", "", 5},
               {"dockerfile", "COPY ", "", 4},
               {0}};

#define CAP 12          /* no clue counts more often: one habit is no proof */
#define LEAST 6         /* points that the best must have … */
#define MOST_LINES 600  /* since what a clue can give is capped */
#define LINES_A_POINT 6 /* … and one for so many lines, which prose does not reach */

static void count_line(struct slice line, unsigned *points, unsigned char *seen)
{
    for (size_t i = 0; weights[i].language; i++) {
        const struct weight *w = &weights[i];
        if (seen[i] >= CAP || (*w->begins && line.p[0] != *w->begins)) continue;
        if (!slice_has_prefix(line, w->begins) || !slice_has_suffix(line, w->ends)) continue;
        seen[i]++;
        points[i] += w->worth;
    }
}

/* JSON has no lines to go by. */
static bool looks_like_json(struct slice text)
{
    struct slice s = slice_trim(text);
    if (s.n < 2) return false;
    if (s.p[0] == '{' && s.p[s.n - 1] == '}') {
        size_t i = 1;
        while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == '\t')) i++;
        return s.p[i] == '"' || s.p[i] == '}';
    }
    return false;
}

static const struct language *best_of(const unsigned *points, size_t lines)
{
    const char *best = NULL, *second = NULL;
    unsigned most = 0, next = 0;
    for (size_t i = 0; weights[i].language;) {
        const char *language = weights[i].language;
        unsigned sum = 0;
        for (; weights[i].language && strcmp(weights[i].language, language) == 0; i++) sum += points[i];
        if (sum > most)
            second = best, next = most, best = language, most = sum;
        else if (sum > next)
            second = language, next = sum;
    }
    if (most < LEAST || most * LINES_A_POINT < (lines < MOST_LINES ? lines : MOST_LINES) ||
        (second && most == next))
        return NULL;
    return language_named(slice_str(best));
}

const struct language *content_guess(struct slice text)
{
    enum { CLUES = sizeof weights / sizeof *weights };
    unsigned points[CLUES] = {0};
    unsigned char seen[CLUES] = {0};
    struct slice line, head = head_of(text);
    size_t lines = 0;
    if (looks_like_json(text)) return language_named(slice_str("json"));
    for (size_t at = 0; line_next(head, &at, &line);) {
        line = slice_trim(line);
        if (!line.n) continue;
        lines++;
        count_line(line, points, seen);
    }
    return best_of(points, lines);
}
