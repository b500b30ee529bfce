/* groups.h: words that class names, ids and short texts are made of, by what they hint at. */
#ifndef LEAT_INGEST_GROUPS_H
#define LEAT_INGEST_GROUPS_H

#include "common/buf.h"

/* X(group, words). Sites name their parts in English whatever their language; texts need other languages' words too. */
#define GROUPS(X)                                                                                           \
    X(NAV, "nav navbar navigation navi topnav subnav mainnav sidenav navlist")                              \
    X(MENU, "menu submenu megamenu dropdown flyout hamburger drawer offcanvas")                             \
    X(HEADER, "header head masthead topbar")                                                                \
    X(FOOTER, "footer foot bottom colophon impressum")                                                      \
    X(SIDEBAR, "sidebar side aside rail secondary complementary sidebox marginal")                          \
    X(BREADCRUMB, "breadcrumb breadcrumbs crumb crumbs")                                                    \
    X(TOC, "toc tableofcontents outline onthispage")                                                        \
    X(COMMENT, "comment comments respond reply replies kommentar kommentare commentlist commenting disqus " \
               "discussion commentaires comentarios")                                                       \
    X(SHARE, "share sharing social socials addthis sharedaddy shariff facebook twitter linkedin pinterest " \
             "whatsapp reddit xing follow teilen tweet telegram")                                           \
    X(RELATED, "related recommended recommendations recommendation similar more also upsell crosssell "     \
               "suggestions suggested recirc verwandte weitere mehr outbrain taboola ähnliche")             \
    X(AUTHOR, "author authors byline bio writer avatar autor autorin profile contributor")                  \
    X(META, "meta postmeta info infos details")                                                             \
    X(DATE, "date time published timestamp posted datum updated datetime")                                  \
    X(TAG, "tags tag tagcloud keywords labels taxonomy taglist schlagwörter")                               \
    X(CATEGORY, "category categories cat cats rubrik topics kategorie kategorien")                          \
    X(AD, "ad ads advert advertisement adsense sponsor sponsored promo promotion promoted anzeige werbung " \
          "dfp adslot affiliate")                                                                           \
    X(BANNER, "banner hero jumbotron splash")                                                               \
    X(NEWSLETTER, "newsletter subscribe subscription signup optin mailchimp email abonnieren")              \
    X(COOKIE, "cookie cookies consent gdpr privacy ccpa cmp onetrust datenschutz cookiebot")                \
    X(MODAL, "modal popup overlay dialog lightbox tooltip popover toast")                                   \
    X(SEARCH, "search suche searchform autocomplete")                                                       \
    X(LOGIN, "login signin register account user auth anmelden registrieren")                               \
    X(WIDGET, "widget widgets widgetarea widgettitle portlet")                                              \
    X(MODULE, "module block component panel box")                                                           \
    X(TEASER, "teaser teasers excerpt preview snippet readmore weiterlesen")                                \
    X(CARD, "card cards tile tiles grid")                                                                   \
    X(PRODUCT, "product products sku pdp woocommerce produkt")                                              \
    X(ITEM, "item items element")                                                                           \
    X(PRICE, "price prices pricing amount sale discount preis msrp")                                        \
    X(REVIEW, "review reviews rating ratings stars testimonial testimonials bewertungen")                   \
    X(CART, "cart basket checkout buy wishlist shop bag warenkorb quantity qty")                            \
    X(VARIANT, "variant variants swatch swatches size sizes color colors option")                           \
    X(POST, "post posts thread message messages topic forum")                                               \
    X(ENTRY, "entry hentry")                                                                                \
    X(ARTICLE, "article articles story artikel blog news")                                                  \
    X(CONTENT, "content inhalt contents contenido")                                                         \
    X(BODY, "body text copy prose richtext wysiwyg rte markdown rich rendered paragraph")                   \
    X(MAIN, "main primary center maincontent")                                                              \
    X(TITLE, "title headline heading subtitle titel")                                                       \
    X(DESCRIPTION, "description desc overview descr")                                                       \
    X(SPEC, "spec specs specification specifications attributes features feature")                          \
    X(IMAGE, "caption image img gallery photo media picture thumbnail thumb figure credit")                 \
    X(SLIDER, "slideshow carousel slider swiper slick slide slides splide flickity")                        \
    X(VIDEO, "video audio player embed podcast")                                                            \
    X(PAGER, "pagination pager paging prev next previous loadmore")                                         \
    X(LIST, "list listing results result feed stream")                                                      \
    X(ARCHIVE, "archive archives calendar blogroll archiv")                                                 \
    X(FILTER, "filter filters facet facets sort refine refinement")                                         \
    X(CODE, "code highlight example console syntax codehilite")                                             \
    X(HIDDEN, "hidden hide sr visually visuallyhidden collapse collapsed invisible offscreen noprint")      \
    X(BUTTON, "button btn buttons cta link links")                                                          \
    X(QUOTE, "quote quoted blockquote signature sig bbcode")                                                \
    X(FAQ, "faq faqs accordion question answer questions answers")                                          \
    X(TOOLBAR, "toolbar tools action actions controls print control tool")                                  \
    X(LEGAL, "copyright legal disclaimer terms license rights imprint agb")                                 \
    X(NOTICE, "alert notice notification announcement warning notifications")                               \
    X(FORM, "form input field contact inputs kontakt")                                                      \
    X(LANGUAGE, "lang language languages locale translate country currency")                                \
    X(VOTE, "vote votes like likes helpful feedback upvote reaction reactions score")                       \
    X(INTRO, "intro lead lede standfirst dek summary")                                                      \
    X(LATEST, "latest recent popular trending featured top neueste beliebt")                                \
    X(DOC, "doc docs documentation api docsearch wiki reference sphinx")                                    \
    X(TAB, "tab tabs tabpanel")                                                                             \
    X(LOGO, "logo brand branding partner partners logos")

enum group {
#define X(name, words) GROUP_##name,
    GROUPS(X)
#undef X
        GROUP_COUNT
};
#define GROUP(name) ((uint64_t)1 << GROUP_##name)

/* What training found out about single words: how much likelier text is content where they stand (16 * the logarithm of the odds). */
struct word_weight {
    uint32_t hash;
    int8_t weight;
};
extern const struct word_weight name_weights[], text_weights[]; /* words_table.c */
extern const size_t n_name_weights, n_text_weights;

#define GROUP_SLOTS 8192
struct group_words {
    uint64_t present[1024];     /* a bit for the upper half of each word's hash: most words are not there */
    uint32_t hash[GROUP_SLOTS]; /* 0: free */
    uint8_t group[GROUP_SLOTS]; /* + 1; 0: none */
    int8_t weight[GROUP_SLOTS];
};

struct groups { /* built once (groups_init), then read only */
    struct group_words names, texts;
    uint32_t negations[3]; /* words behind which a name means nothing */
};

struct word_hints {
    uint64_t groups;
    int32_t weight; /* the sum */
    int8_t least, most;
    uint32_t words;
};

void groups_init(struct groups *g);

/* Adds the hints of the words in a class or id ("site-footer", "navBar"; none of a word behind "has", "no", "with"); *sig gets a
 * hash of its words mixed in. */
void groups_of_names(const struct groups *g, struct slice value, uint32_t *sig, struct word_hints *hints);

/* Adds the hints of a word that is in the table. */
void groups_take_known(const struct group_words *w, uint32_t hash, struct word_hints *hints);

/* Adds the hints of a word of a text (words.h). */
static inline void groups_of_word(const struct groups *g, uint32_t hash, struct word_hints *hints)
{
    hints->words++;
    if (g->texts.present[hash >> 22] >> (hash >> 16 & 63) & 1) groups_take_known(&g->texts, hash, hints);
}

#endif
